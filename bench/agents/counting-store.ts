import { WALLET } from '../../lambdas/contracts/storage/tables';
import { holdPartition } from '../../lambdas/contracts/storage/table-keys/wallet';
import { keyOf } from '../../lambdas/domain/table/key-of';
import type { Check, Get, Page, Query, TableStore, Write } from '../../lambdas/domain/table/table-store';
import type { Item, Value } from '../../lambdas/domain/table/value';

/** DynamoDB counts one unit for each kilobyte of an item that is written, and two in a transaction. */
const IN_TRANSACTION = 2;
const KILOBYTE = 1_024;
const HOLDS = holdPartition('');

/** A store that counts what its writes would cost on DynamoDB, including those whose conditions fail. */
export class CountingStore implements TableStore {
  writeUnits = 0;
  extensions = 0;
  shrinks = 0;
  refusedResizes = 0;
  /** The amounts that requests were admitted with, in pico-dollars. */
  readonly firstHolds: bigint[] = [];
  readonly #store: TableStore;

  constructor(store: TableStore) {
    this.#store = store;
  }

  get(get: Get): Promise<Item | undefined> {
    return this.#store.get(get);
  }

  query(query: Query): Promise<Page> {
    return this.#store.query(query);
  }

  async write(write: Write): Promise<Item | undefined> {
    this.writeUnits += await this.#kilobytesOf(write);
    return this.#store.write(write);
  }

  async transact(writes: readonly (Write | Check)[], token?: string): Promise<void> {
    for (const write of writes) this.writeUnits += IN_TRANSACTION * (await this.#kilobytesOf(write));
    const resized = writes.map(addedToHold).find((added) => added !== undefined);
    try {
      await this.#store.transact(writes, token);
    } catch (error) {
      if (resized !== undefined) this.refusedResizes += 1;
      throw error;
    }
    if (resized !== undefined && resized > 0n) this.extensions += 1;
    if (resized !== undefined && resized < 0n) this.shrinks += 1;
    for (const write of writes) {
      if ('put' in write && isOfHolds(write)) this.firstHolds.push(write.put['heldPico'] as bigint);
    }
  }

  /** Nothing that the wallet updates grows across a kilobyte, so what is stored tells its size. */
  async #kilobytesOf(write: Write | Check): Promise<number> {
    const { table } = write;
    const item = 'put' in write ? write.put : await this.#store.get({ table, key: keyIn(write) });
    return Math.max(1, Math.ceil(item === undefined ? 0 : bytesOf(item) / KILOBYTE));
  }
}

const keyIn = (write: Write | Check) => ('check' in write ? write.check : keyOf(write));

const isOfHolds = (write: Write | Check): boolean =>
  write.table.name === WALLET.name && keyIn(write).pk.startsWith(HOLDS);

function addedToHold(write: Write | Check): bigint | undefined {
  if (!('update' in write) || !isOfHolds(write)) return undefined;
  return write.change.add?.['heldPico'];
}

/** About what DynamoDB counts: the names and the values. */
const bytesOf = (item: { readonly [name: string]: Value }): number =>
  JSON.stringify(item, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)).length;
