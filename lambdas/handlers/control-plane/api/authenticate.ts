import type { MiddlewareHandler } from 'hono';
import { CLIENT_ADDRESS_HEADER } from '../../../contracts/deployment/edge';
import { Unauthenticated } from '../control-plane-errors';
import type { ApiDependencies } from './api-dependencies';
import type { ApiEnv } from './api-env';

const BEARER = /^Bearer +([\w.~+/=-]+)$/i;

type AuthenticateDependencies = Pick<ApiDependencies, 'verifier' | 'people' | 'signIns' | 'attempts'>;

/**
 * Identifies the caller by the access token alone. A valid token is always accepted, however many invalid ones come from
 * the same address, because verifying a token reads no store.
 */
export function authenticate({
  verifier,
  people,
  signIns,
  attempts,
}: AuthenticateDependencies): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    const token = BEARER.exec(context.req.header('authorization') ?? '')?.[1];
    const identity = token === undefined ? undefined : await verifier.verify(token);
    if (identity === undefined) {
      const attempt = { source: context.req.header(CLIENT_ADDRESS_HEADER), subject: token ?? '' };
      attempts.expectFew(attempt);
      attempts.failed(attempt);
      throw new Unauthenticated();
    }
    const person = await people.ofSubject(identity.subject);
    await signIns?.tell(person, identity.signedInAt);
    context.set('personId', person.personId);
    context.set('signedInAt', identity.signedInAt);
    await next();
  };
}
