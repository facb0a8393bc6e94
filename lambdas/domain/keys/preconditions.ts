import type { Actor } from '../access/actor';
import { personOf } from '../access/actor';
import { isActive } from '../accounts/account-item';
import { countOne } from '../accounts/pace';
import { isAdult } from '../people/person-item';
import type { GuardedWrite } from '../table/commit';
import { TooManyKeys } from './keys-errors';

/**
 * The number of keys that one account can create in a day (UTC), rotations included. It is limited because keys are
 * never deleted.
 */
export const KEYS_PER_ACCOUNT_AND_DAY_MAX = 1_000;

/** Every action that creates keys needs an active account and, if a person acts, that person's attestation of age. */
export function keyPreconditions(
  accountId: string,
  actor: Actor,
  isOpen: GuardedWrite = isActive(accountId),
): readonly GuardedWrite[] {
  const personId = personOf(actor);
  return personId === undefined ? [isOpen] : [isOpen, isAdult(personId)];
}

/**
 * Also counts the new key. Commands of the deployment are not counted.
 * @param isOpen the condition on the account. @default it is active
 */
export function newKeyPreconditions(
  accountId: string,
  actor: Actor,
  now: number,
  isOpen?: GuardedWrite,
): readonly GuardedWrite[] {
  const preconditions = keyPreconditions(accountId, actor, isOpen);
  if (personOf(actor) === undefined) return preconditions;
  const pace = {
    owner: accountId,
    what: 'keys',
    per: 'day',
    limit: KEYS_PER_ACCOUNT_AND_DAY_MAX,
    refusal: (retryAfterSeconds: number) => new TooManyKeys(retryAfterSeconds),
  } as const;
  return [...preconditions, countOne(pace, now)];
}
