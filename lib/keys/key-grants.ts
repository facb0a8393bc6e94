import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ClassifiedTable } from '../constructs/classified-table';
import { grantItems } from '../constructs/table-grant';

/** A key is in the partition of its id, a ULID; those of this millennium begin so. An account's list is in its own. */
const KEYS = ['0*'];
const LISTS = ['acc_*'];
/** What keys have used of their limits. */
const COUNTERS = ['counters#*'];

/** The power over API keys. */
export class KeyGrants {
  readonly #keys: ClassifiedTable;

  constructor(keys: ClassifiedTable) {
    this.#keys = keys;
  }

  /** Reads the verifier of a key whose id is known. No Query: nobody who verifies can list. */
  verify(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#keys, ['dynamodb:GetItem'], KEYS);
  }

  /** Lists, makes, replaces and revokes keys. No verb deletes one: that a key was there stays known. */
  administer(grantee: IGrantable): Grant {
    const write = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'] as const;
    return grantItems(grantee, this.#keys, write, [...KEYS, ...LISTS]).combine(
      grantItems(grantee, this.#keys, ['dynamodb:Query'], LISTS),
    );
  }

  /** Sees whose counters a key has whose id is known; suspends it, where it verifies and in its account's list. */
  suspend(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#keys, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], KEYS).combine(
      grantItems(grantee, this.#keys, ['dynamodb:UpdateItem'], LISTS),
    );
  }

  /** Counts what a hold takes of a key's limits, and sees what a charge that comes late may still take. */
  count(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#keys, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], COUNTERS);
  }

  /** Gives back what was counted of a hold that nobody ended. */
  giveBack(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#keys, ['dynamodb:UpdateItem'], COUNTERS);
  }
}
