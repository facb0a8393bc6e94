import type { TableSpec } from '../../../lambdas/contracts/storage/tables';
import { ConditionFailed, TransactionCancelled } from '../../../lambdas/domain/table/table-errors';
import type { Check, Get, Page, Query, TableStore, Write } from '../../../lambdas/domain/table/table-store';
import type { Item } from '../../../lambdas/domain/table/value';

/** Turns an item into one that a later release might have written. */
export type Later = (item: Item, table: TableSpec) => Item;

/** A store whose items all look as if a later release had written them. Writes and conditions work as ever. */
export class LaterStore implements TableStore {
  readonly #inner: TableStore;
  readonly #later: Later;

  constructor(inner: TableStore, later: Later) {
    this.#inner = inner;
    this.#later = later;
  }

  async get(get: Get): Promise<Item | undefined> {
    const item = await this.#inner.get(get);
    return item && this.#later(item, get.table);
  }

  async query(query: Query): Promise<Page> {
    const page = await this.#inner.query(query);
    return { ...page, items: page.items.map((item) => this.#later(item, query.table)) };
  }

  async write(write: Write): Promise<Item | undefined> {
    try {
      return await this.#inner.write(write);
    } catch (error) {
      if (!(error instanceof ConditionFailed) || !error.item) throw error;
      throw new ConditionFailed(this.#later(error.item, write.table));
    }
  }

  async transact(writes: readonly (Write | Check)[], token?: string): Promise<void> {
    try {
      await this.#inner.transact(writes, token);
    } catch (error) {
      if (!(error instanceof TransactionCancelled)) throw error;
      throw new TransactionCancelled(
        error.reasons.map((reason, index) => {
          const table = writes[index]?.table;
          if (reason?.code !== 'ConditionFailed' || !reason.item || !table) return reason;
          return { ...reason, item: this.#later(reason.item, table) };
        }),
      );
    }
  }
}
