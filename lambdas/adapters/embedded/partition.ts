import type { Query, SortRange } from '../../domain/table/table-store';
import type { Item } from '../../domain/table/value';
import { compareText } from './byte-order';

export interface StoredItem {
  readonly sk: string;
  readonly item: Item;
  /** The item's size in the journal, from which the share of dead bytes follows. */
  readonly bytes: number;
}

/** The items of one partition, sorted by sort key. */
export class Partition {
  readonly #stored: StoredItem[] = [];

  get size(): number {
    return this.#stored.length;
  }

  get(sk: string): StoredItem | undefined {
    const existing = this.#stored[this.#lowerBound(sk)];
    return existing?.sk === sk ? existing : undefined;
  }

  /** @returns the item that was replaced */
  put(stored: StoredItem): StoredItem | undefined {
    const index = this.#lowerBound(stored.sk);
    const before = this.#stored[index];
    const replaces = before?.sk === stored.sk;
    this.#stored.splice(index, replaces ? 1 : 0, stored);
    return replaces ? before : undefined;
  }

  /** @returns the item that was removed */
  remove(sk: string): StoredItem | undefined {
    const index = this.#lowerBound(sk);
    return this.#stored[index]?.sk === sk ? this.#stored.splice(index, 1)[0] : undefined;
  }

  /** @returns the first `limit` items of a range, in the requested order */
  read({ sort, newestFirst = false, after }: Query, limit: number): readonly StoredItem[] {
    let [low, high] = this.#bounds(sort);
    if (after !== undefined && newestFirst) high = Math.min(high, this.#lowerBound(after.sk));
    if (after !== undefined && !newestFirst) low = Math.max(low, this.#upperBound(after.sk));
    if (low >= high) return [];
    return newestFirst
      ? this.#stored.slice(Math.max(low, high - limit), high).reverse()
      : this.#stored.slice(low, Math.min(high, low + limit));
  }

  [Symbol.iterator](): Iterator<StoredItem> {
    return this.#stored[Symbol.iterator]();
  }

  /** @returns the index of the first item in a range, and the index after the last */
  #bounds(sort: SortRange | undefined): [number, number] {
    if (sort === undefined) return [0, this.#stored.length];
    if ('beginsWith' in sort) {
      const prefix = sort.beginsWith;
      return [this.#lowerBound(prefix), this.#firstIndex((sk) => compareText(sk.slice(0, prefix.length), prefix) > 0)];
    }
    return [
      'from' in sort ? this.#lowerBound(sort.from) : 0,
      'to' in sort ? this.#upperBound(sort.to) : this.#stored.length,
    ];
  }

  #lowerBound(bound: string): number {
    return this.#firstIndex((sk) => compareText(sk, bound) >= 0);
  }

  #upperBound(bound: string): number {
    return this.#firstIndex((sk) => compareText(sk, bound) > 0);
  }

  /** Binary search for the first index whose sort key is beyond a bound. */
  #firstIndex(isBeyond: (sk: string) => boolean): number {
    const last = this.#stored.at(-1);
    // Sort keys mostly ascend over time, so most new items belong at the end.
    if (last === undefined || !isBeyond(last.sk)) return this.#stored.length;
    let low = 0;
    let high = this.#stored.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { sk } = this.#stored[middle] as StoredItem;
      if (isBeyond(sk)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
