import type { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import type { TableSpec } from '../../lambdas/contracts/storage/tables';
import { StoreUnavailable, TransactionCancelled } from '../../lambdas/domain/table/table-errors';
import { keyOf } from '../../lambdas/domain/table/key-of';
import type { Check, Get, Page, Query, TableStore, Write } from '../../lambdas/domain/table/table-store';
import type { Item, Key } from '../../lambdas/domain/table/value';
import { bytesOf } from '../domain/receipts/item-bytes';
import { PartitionLimits } from './partition-limits';
import type { VirtualTime } from './virtual-time';

const WRITE_UNIT_BYTES = 1_024;
const READ_UNIT_BYTES = 4_096;

/** Assumed round-trip times to DynamoDB within a region. A transaction locks its items in between. */
const GET_MS = [2, 4] as const;
const WRITE_MS = [3, 6] as const;
const TRANSACT_MS = [8, 16] as const;

/** The embedded engine with DynamoDB's latency, partition limits and transaction conflicts. */
export class LimitedStore implements TableStore {
  readonly limits = new PartitionLimits();
  readonly #engine: EmbeddedStore;
  readonly #time: VirtualTime;
  readonly #random: () => number;
  /** The items that running transactions lock. */
  readonly #occupied = new Set<string>();
  conflicts = 0;

  constructor(engine: EmbeddedStore, time: VirtualTime, random: () => number) {
    this.#engine = engine;
    this.#time = time;
    this.#random = random;
  }

  async get(get: Get): Promise<Item | undefined> {
    const ms = this.#between(GET_MS);
    await this.#time.sleep(ms / 2);
    const item = await this.#engine.get(get);
    const units = Math.max(1, Math.ceil(sizeOf(item) / READ_UNIT_BYTES)) * (get.consistent === false ? 0.5 : 1);
    this.#read(get.table, get.key.pk, units);
    await this.#time.sleep(ms / 2);
    return item;
  }

  async query(query: Query): Promise<Page> {
    const ms = this.#between(GET_MS);
    await this.#time.sleep(ms);
    const page = await this.#engine.query(query);
    const bytes = page.items.reduce((sum, item) => sum + sizeOf(item), 0);
    this.#read(query.table, query.partition, Math.max(1, bytes / READ_UNIT_BYTES));
    return page;
  }

  async write(write: Write): Promise<Item | undefined> {
    const ms = this.#between(WRITE_MS);
    await this.#time.sleep(ms / 2);
    if (this.#occupied.has(nameOf(write.table, keyOf(write)))) {
      this.conflicts += 1;
      throw new StoreUnavailable('TransactionConflictException');
    }
    if (!(await this.#take(write, 1))) throw new StoreUnavailable('ProvisionedThroughputExceededException');
    const before = await this.#engine.write(write);
    await this.#time.sleep(ms / 2);
    return before;
  }

  async transact(writes: readonly (Write | Check)[], token?: string): Promise<void> {
    const ms = this.#between(TRANSACT_MS);
    await this.#time.sleep(ms / 4);
    const names = writes.map((write) => nameOf(write.table, keyOf(write)));
    const taken = names.map((name) => this.#occupied.has(name));
    if (taken.includes(true)) {
      this.conflicts += 1;
      throw new TransactionCancelled(taken.map((isTaken) => (isTaken ? { code: 'Conflict' } : undefined)));
    }
    names.forEach((name) => this.#occupied.add(name));
    try {
      await this.#time.sleep(ms / 2);
      const taken = await Promise.all(writes.map((write) => this.#take(write, 2)));
      if (taken.includes(false)) {
        throw new TransactionCancelled(taken.map((isTaken) => (isTaken ? undefined : { code: 'Throttled' })));
      }
      await this.#engine.transact(writes, token);
    } finally {
      names.forEach((name) => this.#occupied.delete(name));
    }
    await this.#time.sleep(ms / 4);
  }

  #read(table: TableSpec, partition: string, units: number): void {
    const isTaken = this.limits.read(`${table.name} ${partition}`, units, this.#time.now);
    if (!isTaken) throw new StoreUnavailable('ProvisionedThroughputExceededException');
  }

  /** Charges updates and deletions by the stored item, because no lease or balance grows by a write unit. */
  async #take(write: Write | Check, factor: 1 | 2): Promise<boolean> {
    const key = keyOf(write);
    const item = 'put' in write ? write.put : await this.#engine.get({ table: write.table, key });
    const units = Math.max(1, Math.ceil(sizeOf(item) / WRITE_UNIT_BYTES)) * factor;
    return this.limits.write(`${write.table.name} ${key.pk}`, units, this.#time.now);
  }

  #between([least, most]: readonly [number, number]): number {
    return least + this.#random() * (most - least);
  }
}

const nameOf = (table: TableSpec, { pk, sk }: Key): string => `${table.name} ${pk} ${sk}`;

const sizeOf = (item: Item | undefined): number => (item === undefined ? 0 : bytesOf(item));
