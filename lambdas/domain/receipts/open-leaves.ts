import { createHash } from 'node:crypto';
import { openLeavesKey, openLeavesPartition, SHARDS } from '../../contracts/storage/table-keys';
import { USAGE } from '../../contracts/storage/tables';
import { everyItem } from '../table/every-item';
import type { TableStore } from '../table/table-store';
import type { Item, Key, Value } from '../table/value';
import type { Leaf } from './leaf';
import { packLeaves, readPackedLeaves, unpackLeaves } from './packed-leaves';

/** A leaf that no tree holds yet, with whose it is. */
export interface OpenLeaf extends Leaf {
  readonly accountId: string;
  /** When its request ended, in epoch milliseconds: no tree from before holds it. */
  readonly endedAt: number;
}

/** What one account has in a batch. */
export interface AccountLeaves {
  readonly accountId: string;
  /** The earliest end among them, in epoch milliseconds. */
  readonly since: number;
  readonly leaves: readonly Leaf[];
}

/** One stored batch. */
export interface OpenBatch {
  readonly key: Key;
  /** Unpacks them. */
  readonly accounts: () => AccountLeaves[];
}

/** An item has at most 400 KB; a leaf takes 49 bytes, and some carry a text of about as many hundred. */
const ITEM_LEAVES_MAX = 2_000;
/** How many items are read at a time. */
const PAGE_ITEMS = 20;

/** Leaves wait here, in batches, until the sealer puts them into trees. */
export class OpenLeaves {
  readonly #store: TableStore;

  constructor({ store }: { readonly store: TableStore }) {
    this.#store = store;
  }

  /**
   * Puts a batch; once, however often it is repeated.
   * @param sources names what the leaves were made of, in order: the ids of the changes
   */
  async put(sources: readonly string[], leaves: readonly OpenLeaf[]): Promise<void> {
    const batch = createHash('sha256').update(JSON.stringify(sources)).digest().subarray(0, 16).toString('base64url');
    for (let first = 0; first < leaves.length; first += ITEM_LEAVES_MAX) {
      const accounts = byAccount(leaves.slice(first, first + ITEM_LEAVES_MAX));
      const put = { ...openLeavesKey(`${batch}.${first / ITEM_LEAVES_MAX}`), accounts: accounts.map(encode) };
      await this.#store.write({ table: USAGE, put });
    }
  }

  async *batches(): AsyncGenerator<OpenBatch, void> {
    for (const shard of SHARDS) {
      const query = { table: USAGE, partition: openLeavesPartition(shard), limit: PAGE_ITEMS };
      for await (const item of everyItem(this.#store, query)) yield decode(item);
    }
  }

  async remove(key: Key): Promise<void> {
    await this.#store.write({ table: USAGE, delete: key });
  }
}

function byAccount(leaves: readonly OpenLeaf[]): AccountLeaves[] {
  const accounts = new Map<string, { since: number; leaves: Leaf[] }>();
  for (const { accountId, endedAt, ...leaf } of leaves) {
    const account = accounts.get(accountId) ?? { since: endedAt, leaves: [] };
    account.since = Math.min(account.since, endedAt);
    account.leaves.push(leaf);
    accounts.set(accountId, account);
  }
  return [...accounts].map(([accountId, account]) => ({ accountId, ...account }));
}

const encode = ({ accountId, since, leaves }: AccountLeaves): Item => ({ accountId, since, ...packLeaves(leaves) });

function decode({ pk, sk, accounts }: Item): OpenBatch {
  if (typeof pk !== 'string' || typeof sk !== 'string' || !Array.isArray(accounts))
    throw new Error('this is no batch of leaves');
  return { key: { pk, sk }, accounts: () => (accounts as readonly Value[]).map(decodeAccount) };
}

function decodeAccount(value: Value): AccountLeaves {
  const { accountId, since, ...packed } = value as Item;
  if (typeof accountId !== 'string' || typeof since !== 'bigint') throw new Error('these are no leaves of an account');
  return { accountId, since: Number(since), leaves: unpackLeaves(readPackedLeaves(packed)) };
}
