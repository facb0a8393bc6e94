import type { Clock } from '../clock';
import { StoreUnavailable } from '../table/table-errors';
import type { Check, Get, Page, Query, TableStore, Write } from '../table/table-store';
import type { Item } from '../table/value';

/** The ceiling of the first wait; it doubles with each attempt, up to the longest. */
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2_000;
/** No attempt begins later. A run has less than a minute, and the next one does what this one leaves. */
const PATIENCE_MS = 40_000;

export interface PatientStoreOptions {
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
export class PatientStore implements TableStore {
  readonly #store: TableStore;
  readonly #clock: Clock;
  readonly #sleep: (milliseconds: number) => Promise<void>;
  readonly #random: () => number;

  constructor({ store, clock, sleep = wait, random = Math.random }: PatientStoreOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#sleep = sleep;
    this.#random = random;
  }

  get(get: Get): Promise<Item | undefined> {
    return this.#patiently(() => this.#store.get(get));
  }

  query(query: Query): Promise<Page> {
    return this.#patiently(() => this.#store.query(query));
  }

  write(write: Write): Promise<Item | undefined> {
    return this.#patiently(() => this.#store.write(write));
  }

  transact(writes: readonly (Write | Check)[], token?: string): Promise<void> {
    return this.#store.transact(writes, token);
  }

  async #patiently<T>(attempt: () => Promise<T>): Promise<T> {
    const until = this.#clock() + PATIENCE_MS;
    for (let ceilingMs = FIRST_WAIT_MS; ; ceilingMs = Math.min(2 * ceilingMs, LONGEST_WAIT_MS)) {
      try {
        return await attempt();
      } catch (error) {
        const waitMs = Math.floor(this.#random() * ceilingMs);
        if (!(error instanceof StoreUnavailable) || this.#clock() + waitMs > until) throw error;
        await this.#sleep(waitMs);
      }
    }
  }
}

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
