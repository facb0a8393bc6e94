import { ulid } from 'ulid';
import type { Clock } from '../clock';
import { systemSleep, type Timing } from '../table/retry';
import type { TableStore } from '../table/table-store';
import { LeaseBook } from './leases/lease-book';

export interface WalletOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly usageRetentionDays: number;
  /** Shared by all wallets of one process. @default a new book */
  readonly leaseBook?: LeaseBook;
  /** Returns the ULID for a new lease or entry. `now` is in epoch milliseconds. @default a random ULID */
  readonly newUlid?: (now: number) => string;
  /** From 0 to below 1: the jitter between attempts. @default Math.random */
  readonly random?: () => number;
  /** Waits between attempts. @default the system's timer */
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

/** The dependencies of every wallet function. */
export interface WalletDependencies {
  readonly store: TableStore;
  readonly timing: Timing;
  /** This process's leases. */
  readonly leaseBook: LeaseBook;
  /** How many days a usage record is kept. */
  readonly usageRetentionDays: number;
  readonly newUlid: (now: number) => string;
}

/** The dependencies of the functions that need no leases and write no usage records. */
export type FundsDependencies = Pick<WalletDependencies, 'store' | 'timing' | 'newUlid'>;
export type FundsOptions = Pick<WalletOptions, 'store' | 'clock' | 'newUlid' | 'random' | 'sleep'>;

export function fundsDependencies({ store, clock, ...options }: FundsOptions): FundsDependencies {
  // eslint-disable-next-line no-restricted-syntax -- this is jitter for a waiting time; no money depends on it.
  const { newUlid = ulid, sleep = systemSleep, random = Math.random } = options;
  return { store, newUlid, timing: { clock, random, sleep } };
}

export function walletDependencies(options: WalletOptions): WalletDependencies {
  const { usageRetentionDays, leaseBook = new LeaseBook() } = options;
  return { ...fundsDependencies(options), usageRetentionDays, leaseBook };
}
