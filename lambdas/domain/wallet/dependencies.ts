import type { Timing } from '../table/retry';
import type { TableStore } from '../table/table-store';
import type { LeaseBook } from './leases/lease-book';

/** The dependencies of every wallet function. */
export interface WalletDependencies {
  readonly store: TableStore;
  readonly timing: Timing;
  /** This process's leases. */
  readonly leaseBook: LeaseBook;
  /** How many days a usage record is kept. */
  readonly usageRetentionDays: number;
  /** Returns the ULID for a new lease. `now` is in epoch milliseconds. */
  readonly newUlid: (now: number) => string;
}
