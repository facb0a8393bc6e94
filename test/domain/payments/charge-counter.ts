import { StoreUnavailable } from '../../../lambdas/domain/table/table-errors';
import type { Page, Query, TableStore } from '../../../lambdas/domain/table/table-store';
import { sortKeyOf } from '../../../lambdas/domain/table/merged-items';

/** Counts the charges that are read, and fails once there were too many. */
export class ChargeCounter implements TableStore {
  readonly #inner: TableStore;
  readonly #most: number;
  charges = 0;

  constructor(inner: TableStore, most = Infinity) {
    this.#inner = inner;
    this.#most = most;
  }

  async query(query: Query): Promise<Page> {
    const page = await this.#inner.query(query);
    this.charges += page.items.filter((item) => sortKeyOf(item).startsWith('entry#req_')).length;
    if (this.charges > this.#most) throw new StoreUnavailable('too many charges');
    return page;
  }

  readonly get: TableStore['get'] = (...call) => this.#inner.get(...call);
  readonly write: TableStore['write'] = (...call) => this.#inner.write(...call);
  readonly transact: TableStore['transact'] = (...call) => this.#inner.transact(...call);
}
