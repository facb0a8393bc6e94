import type { Clock } from '../clock';
import type { RetryPolicy, Timing } from '../table/retry';
import { retry, systemSleep } from '../table/retry';
import type { Check, Get, Page, Query, TableStore, Write } from '../table/table-store';
import type { Item } from '../table/value';

/** The sealer must finish within its minute. The next run picks up whatever this one could not do. */
const RETRY: RetryPolicy = { attemptsMax: Infinity, firstWaitMs: 50, longestWaitMs: 2_000, totalMs: 40_000 };

export interface RetryingStoreOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  /** @default waits with a timer */
  readonly sleep?: ((milliseconds: number) => Promise<void>) | undefined;
  /** The jitter of waits, from 0 (inclusive) to 1 (exclusive). @default Math.random */
  readonly random?: (() => number) | undefined;
}

/**
 * Retries throttled reads and single writes. All trees of an account share a partition, and those of a busy minute
 * exceed its throughput. Every write must be idempotent. Transactions are not retried.
 */
export class RetryingStore implements TableStore {
  readonly #store: TableStore;
  readonly #timing: Timing;

  constructor({ store, clock, sleep = systemSleep, random = Math.random }: RetryingStoreOptions) {
    this.#store = store;
    this.#timing = { clock, sleep, random };
  }

  get(get: Get): Promise<Item | undefined> {
    return this.#retry(() => this.#store.get(get));
  }

  query(query: Query): Promise<Page> {
    return this.#retry(() => this.#store.query(query));
  }

  write(write: Write): Promise<Item | undefined> {
    return this.#retry(() => this.#store.write(write));
  }

  transact(writes: readonly (Write | Check)[], token?: string): Promise<void> {
    return this.#store.transact(writes, token);
  }

  #retry<T>(attempt: () => Promise<T>): Promise<T> {
    return retry(RETRY, this.#timing, attempt);
  }
}
