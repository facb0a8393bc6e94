import { InvalidApiKey, InvalidRole } from './caller-errors';
import type { KeyVerifier } from '../keys/key-verifier';
import type { RoleVerifier } from '../keys/role-verifier';
import type { KeyOwner } from '../keys/verified-keys';
import type { Headers } from '../headers';
import type { Exchange } from './exchange';

/**
 * Authenticates the caller and returns its permissions.
 * @throws InvalidApiKey, InvalidRole
 */
export type IdentifyCaller = (exchange: Pick<Exchange, 'headers' | 'clientAddress' | 'principal'>) => Promise<KeyOwner>;

/**
 * Identifies clients by a key: OpenAI's clients send it as a bearer token, Anthropic's as `x-api-key` and Azure's as
 * `api-key`.
 */
export function byKey(keys: Pick<KeyVerifier, 'verify'>): IdentifyCaller {
  return async ({ headers, clientAddress }) => {
    const bearer = /^Bearer +([^ ].*)$/i.exec(headers['authorization'] ?? '')?.[1];
    const caller = await keys.verify(keyHeader(headers) ?? bearer, clientAddress);
    if (caller === undefined) throw new InvalidApiKey();
    return caller;
  };
}

/**
 * Identifies workloads by their IAM role, which AWS has authenticated: they send the id of the role's key and no
 * secret.
 */
export function byRole(roles: Pick<RoleVerifier, 'verify'>): IdentifyCaller {
  return async ({ headers, clientAddress, principal = '' }) => {
    const caller = await roles.verify(keyHeader(headers), principal, clientAddress);
    if (caller === undefined) throw new InvalidRole();
    return caller;
  };
}

/** The header that names a key. An empty one counts as absent, because some clients send all of them. */
function keyHeader(headers: Headers): string | undefined {
  return [headers['x-api-key'], headers['api-key']].find((value) => value !== undefined && value !== '');
}
