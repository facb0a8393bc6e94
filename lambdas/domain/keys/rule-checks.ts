import type { ProviderSettings } from '../../contracts/storage/catalog';
import type { KeyRules, KeyScope } from '../../contracts/http/key-rules';
import { isInRange } from './ip-range';

// Rules that are decided without a store. An absent rule allows everything.

export const allowsScope = ({ scopes }: KeyRules, scope: KeyScope): boolean => scopes?.includes(scope) ?? true;

/** @param address the caller's address; an unknown address is in no range */
export const allowsAddress = ({ cidrs }: KeyRules, address: string | undefined): boolean =>
  cidrs === undefined || (address !== undefined && cidrs.some((range) => isInRange(address, range)));

/** @param name the model as the client names it */
export const allowsModel = ({ models }: KeyRules, name: string): boolean =>
  models?.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern)) ?? true;

/** A property that the operator has not declared for a provider counts as absent. */
export function allowsProvider(
  rules: KeyRules,
  { region, zeroDataRetention }: Pick<ProviderSettings, 'region' | 'zeroDataRetention'>,
): boolean {
  const isThere = rules.regions?.some((allowed) => allowed === region) ?? true;
  return isThere && (rules.zeroDataRetention !== true || zeroDataRetention === true);
}
