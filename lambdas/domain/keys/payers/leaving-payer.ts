import type { Leaving } from '../../accounts/members';
import { SpendingRulesAdministration, type SpendingRulesOptions } from '../spending/spending-rules';
import { passOnKeys } from './pass-on-keys';

/** A member who leaves: the owner pays for their keys and trusts from now on, and their budget is removed. */
export function leavingPayer(options: SpendingRulesOptions): Leaving {
  const spending = new SpendingRulesAdministration(options);
  return {
    passOn: (accountId, personId) => passOnKeys(options, accountId, personId),
    end: (accountId, personId) => spending.dropMember(accountId, personId),
  };
}
