import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ClassifiedTable } from '../constructs/classified-table';
import { grantItems } from '../constructs/table-grant';

/** Balances and entries are in their account's partitions, holds and leases in partitions of their own. */
const ACCOUNTS = ['acc_*'];
const HOLDS = ['holds#*'];

/**
 * The power over money. No verb deletes from an account's partition, so balances and entries stay.
 * That an entry is put once, and never replaced or updated, is not expressible here (it shares its
 * partition with the balance): the write's own condition says it.
 */
export class WalletGrants {
  readonly #wallet: ClassifiedTable;

  constructor(wallet: ClassifiedTable) {
    this.#wallet = wallet;
  }

  /** Puts the empty balance of a new account; that it replaces none, the write's condition says. */
  open(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#wallet, ['dynamodb:PutItem'], ACCOUNTS);
  }

  /** Suspends an account's balance and resumes it: its amounts stay, which the write says. */
  suspend(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#wallet, ['dynamodb:UpdateItem'], ACCOUNTS);
  }

  /** Takes from a balance and puts a hold or a lease, or gives a lease to one more request. */
  reserve(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#wallet, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ACCOUNTS).combine(
      grantItems(grantee, this.#wallet, ['dynamodb:PutItem', 'dynamodb:UpdateItem'], HOLDS),
    );
  }

  /** Ends a hold that its holder knows: charges it, releases it, or adjusts for one that had expired. */
  settle(grantee: IGrantable): Grant {
    const actions = ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:PutItem'] as const;
    return grantItems(grantee, this.#wallet, actions, ACCOUNTS).combine(
      grantItems(grantee, this.#wallet, ['dynamodb:DeleteItem'], HOLDS),
    );
  }

  /** Finds the holds that nobody ended, and ends them. */
  sweep(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#wallet, ['dynamodb:UpdateItem', 'dynamodb:PutItem'], ACCOUNTS).combine(
      grantItems(grantee, this.#wallet, ['dynamodb:Query', 'dynamodb:DeleteItem'], HOLDS),
    );
  }
}
