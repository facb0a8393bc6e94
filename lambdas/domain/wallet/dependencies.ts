import type { Timing } from '../table/retry';
import type { TableStore } from '../table/table-store';
import type { LeaseBook } from './leases/lease-book';

/** What every function of the wallet receives. */
export interface WalletDependencies {
  readonly store: TableStore;
  readonly timing: Timing;
  /** What this process knows of its leases. */
  readonly leaseBook: LeaseBook;
  /** How many days a usage record is kept. */
  readonly usageRetentionDays: number;
  /** Makes the ULID of a lease that is taken at this time, in epoch milliseconds. */
  readonly newUlid: (now: number) => string;
}
