import { InvalidApiKey, InvalidRole } from './caller-errors';
import type { KeyVerifier } from '../keys/key-verifier';
import type { RoleVerifier } from '../keys/role-verifier';
import type { KeyOwner } from '../keys/verified-keys';
import type { Exchange } from './exchange';

/** Who asks, and what they may do. Throws InvalidApiKey or InvalidRole for whoever has not proved it. */
export type IdentifyCaller = (exchange: Pick<Exchange, 'headers' | 'clientAddress' | 'principal'>) => Promise<KeyOwner>;

/** By a key, as either dialect sends one. */
export function byKey(keys: Pick<KeyVerifier, 'verify'>): IdentifyCaller {
  return async ({ headers, clientAddress }) => {
    const apiKey = headers['x-api-key'];
    const bearer = /^Bearer +([^ ].*)$/i.exec(headers['authorization'] ?? '')?.[1];
    const caller = await keys.verify(apiKey === '' ? bearer : (apiKey ?? bearer), clientAddress);
    if (caller === undefined) throw new InvalidApiKey();
    return caller;
  };
}

/** By an IAM role, which AWS proves: the key is named where another would be shown. */
export function byRole(roles: Pick<RoleVerifier, 'verify'>): IdentifyCaller {
  return async ({ headers, clientAddress, principal = '' }) => {
    const caller = await roles.verify(headers['x-api-key'], principal, clientAddress);
    if (caller === undefined) throw new InvalidRole();
    return caller;
  };
}
