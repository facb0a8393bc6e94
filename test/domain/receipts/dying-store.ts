import type { Check, Get, Page, Query, TableStore, Write } from '../../../lambdas/domain/table/table-store';
import type { Item } from '../../../lambdas/domain/table/value';

/** Whether the process dies before or after its last write takes effect. */
export type Death = 'before' | 'after';

/** Simulates a process that dies at one of its writes. From then on, every call fails. */
export class DyingStore implements TableStore {
  readonly #inner: TableStore;
  readonly #death: Death;
  #writesLeft: number;

  constructor(inner: TableStore, writesLeft: number, death: Death) {
    this.#inner = inner;
    this.#writesLeft = writesLeft;
    this.#death = death;
  }

  get isDead(): boolean {
    return this.#writesLeft < 0;
  }

  async get(get: Get): Promise<Item | undefined> {
    this.#checkAlive();
    return this.#inner.get(get);
  }

  async query(query: Query): Promise<Page> {
    this.#checkAlive();
    return this.#inner.query(query);
  }

  write(write: Write): Promise<Item | undefined> {
    return this.#write(() => this.#inner.write(write));
  }

  transact(writes: readonly (Write | Check)[], token?: string): Promise<void> {
    return this.#write(() => this.#inner.transact(writes, token));
  }

  async #write<T>(work: () => Promise<T>): Promise<T> {
    this.#checkAlive();
    this.#writesLeft -= 1;
    if (this.#death === 'after' && this.isDead) await work();
    this.#checkAlive();
    return work();
  }

  #checkAlive(): void {
    if (this.isDead) throw new Error('the process is dead');
  }
}
