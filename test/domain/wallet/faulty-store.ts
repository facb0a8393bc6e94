import { StoreUnavailable, TransactionCancelled } from '../../../lambdas/domain/table/table-errors';
import type { Check, Get, Page, Query, TableStore, Write } from '../../../lambdas/domain/table/table-store';
import type { Item } from '../../../lambdas/domain/table/value';

/**
 * A fault of one transaction or write.
 * - `conflict`, `throttled`: nothing is written, and the store reports it.
 * - `unreachable`: nothing is written, but the caller cannot tell.
 * - `lost reply`: everything is written, but the caller cannot tell.
 * - `late`: like `unreachable`, but the transaction or write arrives later, when `arrive` is called.
 */
type NamedFault = 'none' | 'conflict' | 'throttled' | 'unreachable' | 'lost reply' | 'late';

export type Fault = NamedFault | Meanwhile;

/** Runs just before the operation: makes another request, moves the clock, or throws an error. */
type Meanwhile = () => Promise<unknown>;

/** A store whose next transactions and writes meet one planned fault each, and whose replies can be interleaved. */
export class FaultyStore implements TableStore {
  readonly #inner: TableStore;
  readonly #faults: Fault[] = [];
  readonly #late: (() => Promise<unknown>)[] = [];
  #turns: readonly number[] = [0];
  #calls = 0;
  /** The number of calls so far. */
  readonly counts = { get: 0, query: 0, write: 0, transact: 0 };

  constructor(inner: TableStore) {
    this.#inner = inner;
  }

  plan(...faults: readonly Fault[]): void {
    this.#faults.push(...faults);
  }

  /** Drops the planned faults, so that the store works again. */
  clear(): void {
    this.#faults.length = 0;
  }

  /** Lets the late transactions and writes arrive. @returns which of them were written */
  async arrive(): Promise<readonly boolean[]> {
    const arrivals = await Promise.allSettled(this.#late.splice(0).map((transact) => transact()));
    return arrivals.map(({ status }) => status === 'fulfilled');
  }

  /** Sets, cyclically, how many turns each call waits before and after its work: this decides which call is first. */
  interleave(turns: readonly number[]): void {
    this.#turns = turns;
  }

  get(get: Get): Promise<Item | undefined> {
    this.counts.get += 1;
    return this.#inTurn(() => this.#inner.get(get));
  }

  query(query: Query): Promise<Page> {
    this.counts.query += 1;
    return this.#inTurn(() => this.#inner.query(query));
  }

  write(write: Write): Promise<Item | undefined> {
    this.counts.write += 1;
    const fault = this.#faults.shift() ?? 'none';
    return this.#inTurn(async () => {
      if (typeof fault === 'function') await fault();
      if (fault === 'late') this.#late.push(() => this.#inner.write(write));
      const isRefused = fault === 'unreachable' || fault === 'late' || fault === 'conflict' || fault === 'throttled';
      if (isRefused) throw new StoreUnavailable(fault);
      const before = await this.#inner.write(write);
      if (fault === 'lost reply') throw new StoreUnavailable('ETIMEDOUT');
      return before;
    });
  }

  transact(writes: readonly (Write | Check)[], token?: string): Promise<void> {
    this.counts.transact += 1;
    const fault = this.#faults.shift() ?? 'none';
    return this.#inTurn(async () => {
      if (typeof fault === 'function') await fault();
      if (fault === 'late') this.#late.push(() => this.#inner.transact(writes, token));
      if (fault === 'unreachable' || fault === 'late') throw new StoreUnavailable('ECONNRESET');
      if (fault === 'conflict') throw new TransactionCancelled(writes.map(() => ({ code: 'Conflict' })));
      if (fault === 'throttled') throw new TransactionCancelled(writes.map(() => ({ code: 'Throttled' })));
      await this.#inner.transact(writes, token);
      if (fault === 'lost reply') throw new StoreUnavailable('ETIMEDOUT');
    });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    await this.#pass();
    try {
      return await work();
    } finally {
      await this.#pass();
    }
  }

  async #pass(): Promise<void> {
    const turns = this.#turns[this.#calls % this.#turns.length] ?? 0;
    this.#calls += 1;
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
  }
}
