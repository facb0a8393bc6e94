import type { Clock } from '../clock';
import type { RetryPolicy, Timing } from '../table/retry';
import { retry, systemSleep } from '../table/retry';
import type { Check, Get, Page, Query, TableStore, Write } from '../table/table-store';
import type { Item } from '../table/value';

/** A run has less than a minute, and the next one does what this one leaves. */
const RETRY: RetryPolicy = { attemptsMax: Infinity, firstWaitMs: 50, longestWaitMs: 2_000, totalMs: 40_000 };

export interface RetryingStoreOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  /** @default a timer */
  readonly sleep?: ((milliseconds: number) => Promise<void>) | undefined;
  /** From 0 to below 1: the jitter. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/**
 * Reads and writes again what the store did not take: all trees of an account are in one partition, and a busy
 * minute's are more than a partition takes in a second. For who may write the same twice. A transaction is tried once.
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
