import { createHash } from 'node:crypto';
import { SHARDS } from '../../contracts/storage/table-keys/key-parts';
import { openLeavesKey, openLeavesPartition } from '../../contracts/storage/table-keys/receipts';
import { USAGE } from '../../contracts/storage/tables';
import { everyItem } from '../table/every-item';
import type { TableStore } from '../table/table-store';
import type { Item, Key, Value } from '../table/value';
import type { Leaf } from './leaf';
import { packLeaves, readPackedLeaves, unpackLeaves } from './packed-leaves';

/** A leaf that is not in a tree yet, with its account. */
export interface OpenLeaf extends Leaf {
  readonly accountId: string;
  /** When its request ended, in epoch milliseconds. No earlier tree can contain the leaf. */
  readonly endedAt: number;
}

/** The leaves of one account in a batch. */
export interface AccountLeaves {
  readonly accountId: string;
  /** The time at which the first of their requests ended, in epoch milliseconds. */
  readonly since: number;
  readonly leaves: readonly Leaf[];
}

/** A stored batch of open leaves. */
export interface OpenBatch {
  readonly key: Key;
  /** Unpacks the leaves. */
  readonly accounts: () => AccountLeaves[];
}

/** Keeps an item below DynamoDB's 400 KB: a leaf takes 49 bytes, and a few have a text of several hundred bytes. */
const ITEM_LEAVES_MAX = 2_000;
const PAGE_ITEMS = 20;

/** Stores open leaves in batches until the sealer puts them into trees. */
export class OpenLeaves {
  readonly #store: TableStore;

  constructor({ store }: { readonly store: TableStore }) {
    this.#store = store;
  }

  /**
   * Stores a batch. The call is idempotent: the same sources always write the same items.
   * @param sources identify the origin of the leaves, such as the IDs of changes, in order
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
    throw new Error('the item is not a batch of open leaves');
  return { key: { pk, sk }, accounts: () => (accounts as readonly Value[]).map(decodeAccount) };
}

function decodeAccount(value: Value): AccountLeaves {
  const { accountId, since, ...packed } = value as Item;
  if (typeof accountId !== 'string' || typeof since !== 'bigint')
    throw new Error('the value does not contain the leaves of an account');
  return { accountId, since: Number(since), leaves: unpackLeaves(readPackedLeaves(packed)) };
}
