import type { Check, Get, Page, Query, TableStore, Write } from '../../../lambdas/domain/table/table-store';
import type { Item } from '../../../lambdas/domain/table/value';

/** Whether the write that a process dies at was made. */
export type Death = 'before' | 'after';

/** The store of a process that dies at one of its writes: from then on nothing of it reaches the store any more. */
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
    this.#breathe();
    return this.#inner.get(get);
  }

  async query(query: Query): Promise<Page> {
    this.#breathe();
    return this.#inner.query(query);
  }

  write(write: Write): Promise<Item | undefined> {
    return this.#write(() => this.#inner.write(write));
  }

  transact(writes: readonly (Write | Check)[], token?: string): Promise<void> {
    return this.#write(() => this.#inner.transact(writes, token));
  }

  async #write<T>(work: () => Promise<T>): Promise<T> {
    this.#breathe();
    this.#writesLeft -= 1;
    if (this.#death === 'after' && this.isDead) await work();
    this.#breathe();
    return work();
  }

  #breathe(): void {
    if (this.isDead) throw new Error('the process is dead');
  }
}
