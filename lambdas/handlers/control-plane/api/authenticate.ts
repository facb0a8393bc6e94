import type { MiddlewareHandler } from 'hono';
import { Unauthenticated } from '../../../domain/errors/refusal';
import type { ApiEnv } from './api-env';
import type { ApiParts } from './api-parts';

const BEARER = /^Bearer +([\w.~+/=-]+)$/i;

/** Finds out who calls, by the access token alone. */
export function authenticate({ verifier, people }: Pick<ApiParts, 'verifier' | 'people'>): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    const token = BEARER.exec(context.req.header('authorization') ?? '')?.[1];
    const identity = token === undefined ? undefined : await verifier.verify(token);
    if (identity === undefined) throw new Unauthenticated();
    const { personId } = await people.ofSubject(identity.subject);
    context.set('personId', personId);
    await next();
  };
}
