import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { treesPartition } from '../../contracts/storage/table-keys/receipts';
import { USAGE } from '../../contracts/storage/tables';
import { MINUTE_MS } from '../clock';
import { everyItem } from '../table/every-item';
import type { Query, TableStore } from '../table/table-store';
import type { Item, Key } from '../table/value';
import { decodeTree, headerHash, type StoredTree } from './account-tree';
import { rootOfPath } from './merkle-tree';
import type { SignedSeal } from './seal';
import { Seals } from './seals';

/** The tolerated difference between the clocks of the data plane and the sealer. */
const CLOCK_SKEW_MS = MINUTE_MS;
/** A page is small because a tree can have up to 400 KB. */
const PAGE_TREES = 4;

export const minuteOf = (milliseconds: number): string => isoTime(milliseconds - (milliseconds % MINUTE_MS));

/** The earliest minute whose tree can contain the receipt of a request that ended at `endedAt`. */
export const earliestMinute = (endedAt: number): string => minuteOf(Math.max(0, endedAt - CLOCK_SKEW_MS));

/** A tree under a committed seal. */
export interface SealedTree extends StoredTree {
  readonly signed: SignedSeal;
}

/** A range of times at which requests ended, in epoch milliseconds. */
export interface EndRange {
  readonly since: number;
  /** @default no upper bound */
  readonly until?: number;
}

/**
 * Reads the sealed trees of an account. Trees that a sealer wrote before it crashed, or before another sealer committed
 * first, are stored too, but no seal covers them, so they are skipped.
 */
export class SealedTrees {
  readonly #store: TableStore;
  readonly #seals: Seals;

  constructor({ store, seals = new Seals({ store }) }: { readonly store: TableStore; readonly seals?: Seals }) {
    this.#store = store;
    this.#seals = seals;
  }

  newestFirst(accountId: string): AsyncGenerator<SealedTree, void> {
    return this.#read({ partition: treesPartition(accountId), newestFirst: true });
  }

  /** @param range limits the result to trees that can contain receipts of requests that ended in it */
  oldestFirst(accountId: string, { since, until }: EndRange = { since: 0 }): AsyncGenerator<SealedTree, void> {
    const from = earliestMinute(since);
    // `~` sorts after everything that can follow the minute in a sort key.
    const sort = until === undefined ? { from } : { from, to: `${minuteOf(until + CLOCK_SKEW_MS)}~` };
    return this.#read({ partition: treesPartition(accountId), sort });
  }

  /** @returns `undefined` if the tree does not exist or is not sealed */
  async get(key: Key): Promise<SealedTree | undefined> {
    const item = await this.#store.get({ table: USAGE, key });
    return item && this.#decodeIfSealed(item);
  }

  async *#read(query: Pick<Query, 'partition' | 'sort' | 'newestFirst'>): AsyncGenerator<SealedTree, void> {
    for await (const item of everyItem(this.#store, { table: USAGE, limit: PAGE_TREES, ...query })) {
      const tree = await this.#decodeIfSealed(item);
      if (tree !== undefined) yield tree;
    }
  }

  async #decodeIfSealed(item: Item): Promise<SealedTree | undefined> {
    const tree = decodeTree(item);
    const signed = await this.#seals.get(tree.seal);
    if (signed === undefined) return undefined;
    const { index, path } = tree;
    const root = rootOfPath({ leaf: headerHash(tree.header), index, size: signed.seal.size, path });
    return root?.toString('hex') === signed.seal.root ? { ...tree, signed } : undefined;
  }
}
