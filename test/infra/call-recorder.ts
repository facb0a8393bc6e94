import type { Check, Get, Page, Query, TableStore, Write } from '../../lambdas/domain/table/table-store';
import type { Item } from '../../lambdas/domain/table/value';

/** A store that records its calls in the terms of a policy: `wallet PutItem holds#*`. */
export class CallRecorder implements TableStore {
  readonly #inner: TableStore;
  readonly #calls = new Set<string>();

  constructor(inner: TableStore) {
    this.#inner = inner;
  }

  /** Returns the calls since the last `take`. */
  take(): string[] {
    const calls = [...this.#calls].sort();
    this.#calls.clear();
    return calls;
  }

  get(get: Get): Promise<Item | undefined> {
    this.#note(get.table.name, 'GetItem', get.key.pk);
    return this.#inner.get(get);
  }

  query(query: Query): Promise<Page> {
    this.#note(query.table.name, 'Query', query.partition);
    return this.#inner.query(query);
  }

  write(write: Write): Promise<Item | undefined> {
    this.#noteWrite(write);
    return this.#inner.write(write);
  }

  transact(writes: readonly (Write | Check)[], token?: string): Promise<void> {
    for (const write of writes) this.#noteWrite(write);
    return this.#inner.transact(writes, token);
  }

  #noteWrite(write: Write | Check): void {
    const { name } = write.table;
    if ('put' in write) this.#note(name, 'PutItem', write.put['pk'] as string);
    else if ('update' in write) this.#note(name, 'UpdateItem', write.update.pk);
    else if ('delete' in write) this.#note(name, 'DeleteItem', write.delete.pk);
    else this.#note(name, 'ConditionCheckItem', write.check.pk);
  }

  #note(table: string, action: string, partition: string): void {
    // A key's ID is a ULID, and every ULID of this millennium starts with 0.
    const [kind = ''] = /^([a-z-]+#|acc_|per_|0)/.exec(partition) ?? [];
    const isFixed = /^[a-z-]+$/.test(partition);
    this.#calls.add(`${table} ${action} ${isFixed ? partition : `${kind}*`}`);
  }
}
