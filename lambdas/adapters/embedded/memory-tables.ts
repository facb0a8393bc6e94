import type { TableName } from '../../contracts/storage/tables';
import type { Item, Key } from '../../domain/table/value';
import { Partition } from './partition';

/** The change of one item. `before` and `after` are `undefined` where no item is stored. */
export interface ItemChange {
  readonly table: TableName;
  readonly key: Key;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** The contents of all tables. Only commits change it, and replaying the journal rebuilds it. */
export class MemoryTables {
  readonly #tables = new Map<TableName, Map<string, Partition>>();
  #liveBytes = 0;

  /** The number of journal bytes that belong to items which are still stored. */
  get liveBytes(): number {
    return this.#liveBytes;
  }

  get(table: TableName, key: Key): Item | undefined {
    return this.partition(table, key.pk)?.get(key.sk)?.item;
  }

  partition(table: TableName, pk: string): Partition | undefined {
    return this.#tables.get(table)?.get(pk);
  }

  put(table: TableName, key: Key, item: Item, bytes: number): void {
    const before = this.#ensurePartition(table, key.pk).put({ sk: key.sk, item, bytes });
    this.#liveBytes += bytes - (before?.bytes ?? 0);
  }

  remove(table: TableName, key: Key): void {
    const partition = this.partition(table, key.pk);
    this.#liveBytes -= partition?.remove(key.sk)?.bytes ?? 0;
    if (partition?.size === 0) this.#tables.get(table)?.delete(key.pk);
  }

  *items(table: TableName): Generator<Item> {
    for (const partition of this.#tables.get(table)?.values() ?? []) {
      for (const { item } of partition) yield item;
    }
  }

  #ensurePartition(table: TableName, pk: string): Partition {
    let partitions = this.#tables.get(table);
    if (partitions === undefined) {
      partitions = new Map<string, Partition>();
      this.#tables.set(table, partitions);
    }
    let partition = partitions.get(pk);
    if (partition === undefined) {
      partition = new Partition();
      partitions.set(pk, partition);
    }
    return partition;
  }
}
