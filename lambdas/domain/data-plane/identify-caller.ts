import { InvalidApiKey, InvalidRole } from './caller-errors';
import type { KeyVerifier } from '../keys/key-verifier';
import type { RoleVerifier } from '../keys/role-verifier';
import type { KeyOwner } from '../keys/verified-keys';
import type { Exchange } from './exchange';

/**
 * Authenticates the caller and returns its permissions.
 * @throws InvalidApiKey, InvalidRole
 */
export type IdentifyCaller = (exchange: Pick<Exchange, 'headers' | 'clientAddress' | 'principal'>) => Promise<KeyOwner>;

/** Identifies clients by a key, which OpenAI's clients send as a bearer token and Anthropic's as `x-api-key`. */
export function byKey(keys: Pick<KeyVerifier, 'verify'>): IdentifyCaller {
  return async ({ headers, clientAddress }) => {
    const apiKey = headers['x-api-key'];
    const bearer = /^Bearer +([^ ].*)$/i.exec(headers['authorization'] ?? '')?.[1];
    const caller = await keys.verify(apiKey === '' ? bearer : (apiKey ?? bearer), clientAddress);
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
    const caller = await roles.verify(headers['x-api-key'], principal, clientAddress);
    if (caller === undefined) throw new InvalidRole();
    return caller;
  };
}
