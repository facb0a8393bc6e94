import type { Check, Get, Page, Query, TableStore, Write } from '../../lambdas/domain/table/table-store';
import type { Item } from '../../lambdas/domain/table/value';

/** A store that records its writes, so that they can be replayed on another one. */
export class RecordingStore implements TableStore {
  readonly #inner: TableStore;
  readonly #writes: ((store: TableStore) => Promise<unknown>)[] = [];

  constructor(inner: TableStore) {
    this.#inner = inner;
  }

  /** The number of writes and transactions that succeeded. */
  get writes(): number {
    return this.#writes.length;
  }

  async repeatOn(store: TableStore): Promise<void> {
    for (const write of this.#writes) await write(store);
  }

  get(get: Get): Promise<Item | undefined> {
    return this.#inner.get(get);
  }

  query(query: Query): Promise<Page> {
    return this.#inner.query(query);
  }

  async write(write: Write): Promise<Item | undefined> {
    const before = await this.#inner.write(write);
    this.#writes.push((store) => store.write(write));
    return before;
  }

  async transact(writes: readonly (Write | Check)[], token?: string): Promise<void> {
    await this.#inner.transact(writes, token);
    this.#writes.push((store) => store.transact(writes, token));
  }
}
