import type { KeyRules, KeyScope } from '../../../contracts/http/key-rules';
import type { Target } from '../../catalog/catalog';
import { Forbidden } from '../../errors/app-error';
import { allowsAddress, allowsModel, allowsProvider, allowsScope } from '../../keys/rule-checks';
import type { KeyOwner } from '../../keys/verified-keys';

const NO_RULES: KeyRules = {};

const RESTRICTED: { readonly [whose in NonNullable<KeyOwner['restricted']>]: string } = {
  account:
    'The processing of this account’s data is restricted, so no request is served. The owner lifts it with DELETE /api/v1/accounts/{accountId}/restriction.',
  payer:
    'The member who pays for this key has restricted the processing of their data, so it serves no request. They lift it with DELETE /api/v1/me/restriction.',
};

/**
 * Checks that the key may be used for this part of the API, and from this address.
 * @throws Forbidden
 */
export function requirePermission(owner: KeyOwner, scope: KeyScope, address: string | undefined): void {
  const { rules = NO_RULES, isSuspended = false, restricted, hasUnknownRules = false } = owner;
  if (isSuspended)
    throw new Forbidden('This key is suspended, until an owner or admin of its account resumes it.', 'key_suspended');
  if (restricted !== undefined) throw new Forbidden(RESTRICTED[restricted], 'processing_restricted');
  if (hasUnknownRules)
    throw new Forbidden('This key has rules that this gateway cannot enforce: change its rules.', 'unknown_rules');
  if (!allowsAddress(rules, address))
    throw new Forbidden('This key may not be used from your address.', 'ip_not_allowed');
  if (!allowsScope(rules, scope))
    throw new Forbidden(`This key has no access to this endpoint: it lacks the scope "${scope}".`, 'scope_not_allowed');
}

/**
 * Filters the targets to those that the key's rules allow, in the same order.
 * @param name as the client sent it
 * @throws Forbidden when no target is allowed
 */
export function permittedTargets<Priced extends Target>(
  { rules = NO_RULES }: KeyOwner,
  name: string,
  targets: readonly [Priced, ...Priced[]],
): readonly [Priced, ...Priced[]] {
  if (!allowsModel(rules, name))
    throw new Forbidden(`This key may not use the model "${name.slice(0, 128)}".`, 'model_not_allowed', 'model');
  const [first, ...others] = targets.filter(({ provider }) => allowsProvider(rules, provider));
  if (first !== undefined) return [first, ...others];
  const where = rules.regions === undefined ? '' : ` in ${rules.regions.join(' or ')}`;
  const how = rules.zeroDataRetention === true ? ' that keeps nothing of a request' : '';
  throw new Forbidden(
    `No provider${where}${how} serves the model "${name.slice(0, 128)}", and this key allows no other.`,
    'provider_not_allowed',
    'model',
  );
}
