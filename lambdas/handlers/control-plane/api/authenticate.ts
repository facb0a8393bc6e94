import type { MiddlewareHandler } from 'hono';
import { CLIENT_ADDRESS_HEADER } from '../../../contracts/deployment/edge';
import { Unauthenticated } from '../control-plane-errors';
import type { ApiDependencies } from './api-dependencies';
import type { ApiEnv } from './api-env';

const BEARER = /^Bearer +([\w.~+/=-]+)$/i;

type AuthenticateDependencies = Pick<ApiDependencies, 'verifier' | 'people' | 'attempts'>;

/**
 * Finds out who calls, by the access token alone. A right one is always taken, however many wrong ones come from the
 * same address: telling them apart reads no store.
 */
export function authenticate({ verifier, people, attempts }: AuthenticateDependencies): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    const token = BEARER.exec(context.req.header('authorization') ?? '')?.[1];
    const identity = token === undefined ? undefined : await verifier.verify(token);
    if (identity === undefined) {
      const attempt = { source: context.req.header(CLIENT_ADDRESS_HEADER), subject: token ?? '' };
      attempts.expectFew(attempt);
      attempts.failed(attempt);
      throw new Unauthenticated();
    }
    const { personId } = await people.ofSubject(identity.subject);
    context.set('personId', personId);
    await next();
  };
}
