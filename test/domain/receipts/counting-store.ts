import type { Check, Get, Page, Query, TableStore, Write } from '../../../lambdas/domain/table/table-store';
import type { Item } from '../../../lambdas/domain/table/value';
import { bytesOf } from './item-bytes';

const WRITE_UNIT_BYTES = 1_024;
const READ_UNIT_BYTES = 4_096;

/** Counts the read and write units that DynamoDB would charge. They depend on item sizes; a delete costs its old item. */
export class CountingStore implements TableStore {
  readonly #inner: TableStore;
  writeUnits = 0;
  readUnits = 0;

  constructor(inner: TableStore) {
    this.#inner = inner;
  }

  async get(get: Get): Promise<Item | undefined> {
    const item = await this.#inner.get(get);
    this.readUnits += unitsOf(item, READ_UNIT_BYTES);
    return item;
  }

  async query(query: Query): Promise<Page> {
    const page = await this.#inner.query(query);
    const bytes = page.items.reduce((sum, item) => sum + bytesOf(item), 0);
    this.readUnits += Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES));
    return page;
  }

  async write(write: Write): Promise<Item | undefined> {
    const before = await this.#inner.write(write);
    this.writeUnits += await this.#writeUnitsOf(write, before);
    return before;
  }

  async transact(writes: readonly (Write | Check)[], token?: string): Promise<void> {
    await this.#inner.transact(writes, token);
    for (const write of writes) this.writeUnits += 2 * (await this.#writeUnitsOf(write, undefined));
  }

  /** A write is charged for the larger of the old and the new item. An item never shrinks by an update here. */
  async #writeUnitsOf(write: Write | Check, before: Item | undefined): Promise<number> {
    if ('check' in write) throw new Error('nothing that is counted here makes a check');
    const after = 'update' in write ? await this.#inner.get({ table: write.table, key: write.update }) : undefined;
    const put = 'put' in write ? write.put : after;
    return Math.max(unitsOf(before, WRITE_UNIT_BYTES), unitsOf(put, WRITE_UNIT_BYTES));
  }
}

const unitsOf = (item: Item | undefined, unitBytes: number): number =>
  Math.max(1, Math.ceil((item === undefined ? 0 : bytesOf(item)) / unitBytes));
