import { TABLES } from '../../../lambdas/contracts/storage/tables';
import { keyOf } from '../../../lambdas/domain/table/key-of';
import type { Check, TableStore, Write } from '../../../lambdas/domain/table/table-store';
import type { Item, Key } from '../../../lambdas/domain/table/value';

/** A store that can be read as a whole, which no code may do with a table: it remembers every key that was written. */
export class WholeStore implements TableStore {
  readonly #inner: TableStore;
  readonly #keys = new Map<string, { readonly table: string; readonly key: Key }>();

  constructor(inner: TableStore) {
    this.#inner = inner;
  }

  readonly get: TableStore['get'] = (get) => this.#inner.get(get);
  readonly query: TableStore['query'] = (query) => this.#inner.query(query);

  write(write: Write): Promise<Item | undefined> {
    this.#note(write);
    return this.#inner.write(write);
  }

  transact(writes: readonly (Write | Check)[], token?: string): Promise<void> {
    writes.forEach((write) => this.#note(write));
    return this.#inner.transact(writes, token);
  }

  /** Every item of every table, by table and key. */
  async everything(): Promise<ReadonlyMap<string, Item>> {
    const items = new Map<string, Item>();
    for (const [name, { table, key }] of [...this.#keys].sort(([one], [other]) => (one < other ? -1 : 1))) {
      const spec = TABLES.find((each) => each.name === table)!;
      const item = await this.#inner.get({ table: spec, key });
      if (item !== undefined) items.set(name, item);
    }
    return items;
  }

  #note(write: Write | Check): void {
    const key = keyOf(write);
    this.#keys.set(`${write.table.name} ${key.pk} ${key.sk}`, { table: write.table.name, key });
  }
}
