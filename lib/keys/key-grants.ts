import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ClassifiedTable } from '../constructs/classified-table';
import { grantItems } from '../constructs/table-grant';

/** A key's partition is its ID, a ULID, and every ULID of this millennium starts with 0. */
const KEYS = ['0*'];
/** The list of an account's keys. */
const LISTS = ['acc_*'];
/** How much of its limits each key has used. */
const COUNTERS = ['counters#*'];

/** The spending rules of accounts. */
const SPENDING = ['spending#*'];

/** The passphrases of exports. */
const PASSPHRASES = ['passphrase#*'];

/** Everything that ends with an account. */
const OF_ACCOUNTS = [...KEYS, ...LISTS, ...COUNTERS, ...PASSPHRASES, ...SPENDING];

/** Grants on API keys. */
export class KeyGrants {
  readonly #keys: ClassifiedTable;

  constructor(keys: ClassifiedTable) {
    this.#keys = keys;
  }

  /** Reads the verifier of a key by its ID. It includes no Query, so that a function that verifies cannot list. */
  verify(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#keys, ['dynamodb:GetItem'], KEYS);
  }

  /** Reads the spending rules of an account. */
  readSpendingRules(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#keys, ['dynamodb:GetItem'], SPENDING);
  }

  /** Reads and replaces the spending rules of accounts, and reads how much of their budgets is used. */
  changeSpendingRules(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#keys, ['dynamodb:GetItem', 'dynamodb:PutItem'], SPENDING).combine(
      grantItems(grantee, this.#keys, ['dynamodb:GetItem'], COUNTERS),
    );
  }

  /** Lists the keys of accounts. It includes no verifier. */
  list(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#keys, ['dynamodb:Query'], LISTS);
  }

  /** Lists, creates, rotates and revokes keys. It includes no delete: a key leaves a trace until its account is erased. */
  administer(grantee: IGrantable): Grant {
    const write = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'] as const;
    return grantItems(grantee, this.#keys, write, [...KEYS, ...LISTS]).combine(
      grantItems(grantee, this.#keys, ['dynamodb:Query'], LISTS),
    );
  }

  /** Reads which counters a key shares, and suspends the key both where it is verified and in its account's list. */
  suspend(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#keys, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], KEYS).combine(
      grantItems(grantee, this.#keys, ['dynamodb:UpdateItem'], LISTS),
    );
  }

  /** Reads who made a key, in its account's list. */
  attribute(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#keys, ['dynamodb:GetItem'], LISTS);
  }

  /** Counts a hold against a key's limits, and reads how much of them a late charge may still use. */
  count(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#keys, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], COUNTERS);
  }

  /** Reads budgets and how much of them is used, and notes that people were told. */
  watchBudgets(grantee: IGrantable): Grant {
    return this.count(grantee).combine(this.readSpendingRules(grantee));
  }

  /** Returns the counts of an expired hold. */
  giveBack(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#keys, ['dynamodb:UpdateItem'], COUNTERS);
  }

  /** Reads the list of an account's keys, without their verifiers, its spending rules, and the passphrase of an export. */
  exportData(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#keys, ['dynamodb:Query'], [...LISTS, ...SPENDING]).combine(
      grantItems(grantee, this.#keys, ['dynamodb:GetItem'], PASSPHRASES),
    );
  }

  /** Passes the keys of a member who leaves on to the owner, and removes the member's budget. */
  passOn(grantee: IGrantable): Grant {
    return this.list(grantee)
      .combine(grantItems(grantee, this.#keys, ['dynamodb:UpdateItem'], [...KEYS, ...LISTS]))
      .combine(grantItems(grantee, this.#keys, ['dynamodb:GetItem', 'dynamodb:PutItem'], SPENDING));
  }

  /** Deletes the passphrases of an owner's exports. */
  erasePassphrases(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#keys, ['dynamodb:DeleteItem'], PASSPHRASES);
  }

  /** Deletes the keys of an account with their counters, and what is left of passphrases. */
  erase(grantee: IGrantable): Grant {
    return this.findRemains(grantee).combine(grantItems(grantee, this.#keys, ['dynamodb:DeleteItem'], OF_ACCOUNTS));
  }

  /** Looks for what is left of an account. It reads verifiers, because they may be left. */
  findRemains(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#keys, ['dynamodb:Query'], OF_ACCOUNTS);
  }

  /** Makes the passphrase of an export, shows it once and deletes it. */
  keepPassphrases(grantee: IGrantable): Grant {
    const actions = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'] as const;
    return grantItems(grantee, this.#keys, actions, PASSPHRASES);
  }
}
