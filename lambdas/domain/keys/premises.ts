import { isActive } from '../accounts/account-item';
import type { Actor } from '../access/actor';
import { personOf } from '../access/actor';
import { AccountSuspended } from '../errors/conflict';
import { AccountNotFound } from '../errors/missing';
import { AttestationRequired } from '../errors/refusal';
import { isAdult } from '../people/person-item';
import { failedCondition } from '../table/table-errors';
import type { Check } from '../table/table-store';

/** What must hold where a key is made: an account in good standing, and somebody of age. */
export function keyPremises(accountId: string, actor: Actor): readonly Check[] {
  const personId = personOf(actor);
  return [isActive(accountId), ...(personId === undefined ? [] : [isAdult(personId)])];
}

/** @param place where the premises begin among the writes */
export function premiseRefusal(error: unknown, place: number): unknown {
  const account = failedCondition(error, place);
  if (account) return account.item ? new AccountSuspended() : new AccountNotFound();
  return failedCondition(error, place + 1) ? new AttestationRequired() : error;
}
