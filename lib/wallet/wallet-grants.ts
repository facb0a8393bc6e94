import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ClassifiedTable } from '../constructs/classified-table';
import { grantItems } from '../constructs/table-grant';

/** Balances and entries share the partitions of their account. */
const ACCOUNTS = ['acc_*'];
/** Holds and leases. */
const HOLDS = ['holds#*'];

/**
 * Grants on money. No verb deletes from an account's partition, so balances and entries stay.
 *
 * A policy cannot say that an entry is put once and never replaced or updated, because the entry shares its partition
 * with the balance. The condition of the write enforces it.
 */
export class WalletGrants {
  readonly #wallet: ClassifiedTable;

  constructor(wallet: ClassifiedTable) {
    this.#wallet = wallet;
  }

  /** Puts the empty balance of a new account. The condition of the write ensures that it replaces none. */
  open(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#wallet, ['dynamodb:PutItem'], ACCOUNTS);
  }

  /** Suspends and resumes an account's balance. The write itself leaves the amounts alone. */
  suspend(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#wallet, ['dynamodb:UpdateItem'], ACCOUNTS);
  }

  /** Takes from a balance and puts a hold or a lease, or uses a lease for one more request. */
  reserve(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#wallet, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ACCOUNTS).combine(
      grantItems(grantee, this.#wallet, ['dynamodb:PutItem', 'dynamodb:UpdateItem'], HOLDS),
    );
  }

  /** Ends a known hold: charges it, releases it, or adjusts the balance if the hold has expired. */
  settle(grantee: IGrantable): Grant {
    const actions = ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:PutItem'] as const;
    return grantItems(grantee, this.#wallet, actions, ACCOUNTS).combine(
      grantItems(grantee, this.#wallet, ['dynamodb:DeleteItem'], HOLDS),
    );
  }

  /** Finds the holds that are past their deadline, and ends them. */
  sweep(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#wallet, ['dynamodb:UpdateItem', 'dynamodb:PutItem'], ACCOUNTS).combine(
      grantItems(grantee, this.#wallet, ['dynamodb:Query', 'dynamodb:DeleteItem'], HOLDS),
    );
  }
}
