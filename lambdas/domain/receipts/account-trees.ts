import { isoTime, treesPartition } from '../../contracts/storage/table-keys';
import { USAGE } from '../../contracts/storage/tables';
import { everyItem } from '../table/every-item';
import type { Query, TableStore } from '../table/table-store';
import type { Item, Key } from '../table/value';
import { decodeTree, headerHash, type StoredTree } from './account-tree';
import { rootOfPath } from './merkle-tree';
import type { SignedSeal } from './seal';
import { Seals } from './seals';

const MINUTE_MS = 60_000;
/** Between the clocks of who ends a request and who seals. */
const CLOCK_SKEW_MS = MINUTE_MS;
/** A tree has up to 400 KB. */
const PAGE_TREES = 4;

export const minuteOf = (milliseconds: number): string => isoTime(milliseconds - (milliseconds % MINUTE_MS));

/** No tree from before holds the receipt of what ended at this moment. */
export const earliestMinute = (endedAt: number): string => minuteOf(Math.max(0, endedAt - CLOCK_SKEW_MS));

/** A tree that counts: a committed seal holds it. */
export interface SealedTree extends StoredTree {
  readonly signed: SignedSeal;
}

/** The range of trees that may hold what ended in it. */
export interface Ended {
  /** Epoch milliseconds. */
  readonly since: number;
  /** Epoch milliseconds. @default no end */
  readonly until?: number;
}

/** Reads an account's trees. Those of a run that died, or lost against another, are there too and do not count. */
export class AccountTrees {
  readonly #store: TableStore;
  readonly #seals: Seals;

  constructor({ store, seals = new Seals({ store }) }: { readonly store: TableStore; readonly seals?: Seals }) {
    this.#store = store;
    this.#seals = seals;
  }

  newestFirst(accountId: string): AsyncGenerator<SealedTree, void> {
    return this.#read({ partition: treesPartition(accountId), newestFirst: true });
  }

  /** The oldest first. */
  of(accountId: string, { since, until }: Ended = { since: 0 }): AsyncGenerator<SealedTree, void> {
    const from = earliestMinute(since);
    // `~` sorts behind all that follows a minute in a key.
    const sort = until === undefined ? { from } : { from, to: `${minuteOf(until + CLOCK_SKEW_MS)}~` };
    return this.#read({ partition: treesPartition(accountId), sort });
  }

  /** @returns undefined for a tree that does not count */
  async at(key: Key): Promise<SealedTree | undefined> {
    const item = await this.#store.get({ table: USAGE, key });
    return item && this.#sealed(item);
  }

  async *#read(query: Pick<Query, 'partition' | 'sort' | 'newestFirst'>): AsyncGenerator<SealedTree, void> {
    for await (const item of everyItem(this.#store, { table: USAGE, limit: PAGE_TREES, ...query })) {
      const tree = await this.#sealed(item);
      if (tree !== undefined) yield tree;
    }
  }

  async #sealed(item: Item): Promise<SealedTree | undefined> {
    const tree = decodeTree(item);
    const signed = await this.#seals.get(tree.seal);
    if (signed === undefined) return undefined;
    const { index, path } = tree;
    const root = rootOfPath({ leaf: headerHash(tree.header), index, size: signed.seal.size, path });
    return root?.toString('hex') === signed.seal.root ? { ...tree, signed } : undefined;
  }
}
