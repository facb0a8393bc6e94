import { AccountNotFound } from '../access/access-errors';
import type { Actor } from '../access/actor';
import { personOf } from '../access/actor';
import { isActive } from '../accounts/account-item';
import { AccountSuspended } from '../accounts/accounts-errors';
import { countOne, secondsLeft } from '../accounts/pace';
import { AttestationRequired } from '../people/people-errors';
import { isAdult } from '../people/person-item';
import { failedCondition } from '../table/table-errors';
import type { Check, Write } from '../table/table-store';
import { TooManyKeys } from './keys-errors';

/** How many keys one account can make in a day (UTC), rotations included: keys are never deleted. */
export const KEYS_PER_ACCOUNT_AND_DAY_MAX = 1_000;

/** What must hold where keys begin: an account in good standing, and somebody of age. */
export function keyPreconditions(accountId: string, actor: Actor): readonly Check[] {
  const personId = personOf(actor);
  return [isActive(accountId), ...(personId === undefined ? [] : [isAdult(personId)])];
}

/** @param place where the premises begin among the writes */
export function premiseRefusal(error: unknown, place: number): unknown {
  const account = failedCondition(error, place);
  if (account) return account.item ? new AccountSuspended() : new AccountNotFound();
  return failedCondition(error, place + 1) ? new AttestationRequired() : error;
}

/** What must hold where a key is made, which is counted with it; the commands of the deployment are not. */
export function newKeyPreconditions(accountId: string, actor: Actor, now: number): readonly (Check | Write)[] {
  const premises = keyPreconditions(accountId, actor);
  if (personOf(actor) === undefined) return premises;
  const pace = { whose: accountId, what: 'keys', per: 'day', most: KEYS_PER_ACCOUNT_AND_DAY_MAX } as const;
  return [...premises, countOne(pace, now)];
}

/** @param place where the premises begin among the writes */
export function newKeyRefusal(error: unknown, place: number, now: number): unknown {
  const refusal = premiseRefusal(error, place);
  const isTooMany = refusal === error && failedCondition(error, place + 2) !== undefined;
  return isTooMany ? new TooManyKeys(secondsLeft('day', now)) : refusal;
}
