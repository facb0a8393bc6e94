import type { Query, SortRange } from '../../domain/table/table-store';
import type { Item } from '../../domain/table/value';
import { compareText } from './byte-order';

export interface Stored {
  readonly sk: string;
  readonly item: Item;
  /** What it takes up in the journal, so that the journal knows how much of it is still of use. */
  readonly bytes: number;
}

/** The items of one partition, sorted by sort key. */
export class Partition {
  readonly #stored: Stored[] = [];

  get size(): number {
    return this.#stored.length;
  }

  get(sk: string): Stored | undefined {
    const found = this.#stored[this.#from(sk)];
    return found?.sk === sk ? found : undefined;
  }

  /** @returns what was replaced. */
  put(stored: Stored): Stored | undefined {
    const index = this.#from(stored.sk);
    const before = this.#stored[index];
    const replaces = before?.sk === stored.sk;
    this.#stored.splice(index, replaces ? 1 : 0, stored);
    return replaces ? before : undefined;
  }

  /** @returns what was removed. */
  remove(sk: string): Stored | undefined {
    const index = this.#from(sk);
    return this.#stored[index]?.sk === sk ? this.#stored.splice(index, 1)[0] : undefined;
  }

  /** The first `limit` items of a range, in the order asked for. */
  read({ sort, newestFirst = false, after }: Query, limit: number): readonly Stored[] {
    let [low, high] = this.#bounds(sort);
    if (after !== undefined && newestFirst) high = Math.min(high, this.#from(after.sk));
    if (after !== undefined && !newestFirst) low = Math.max(low, this.#behind(after.sk));
    if (low >= high) return [];
    return newestFirst
      ? this.#stored.slice(Math.max(low, high - limit), high).reverse()
      : this.#stored.slice(low, Math.min(high, low + limit));
  }

  [Symbol.iterator](): Iterator<Stored> {
    return this.#stored[Symbol.iterator]();
  }

  /** The indexes of the first item in a range and of the first behind it. */
  #bounds(sort: SortRange | undefined): [number, number] {
    if (sort === undefined) return [0, this.#stored.length];
    if ('beginsWith' in sort) {
      const prefix = sort.beginsWith;
      return [this.#from(prefix), this.#first((sk) => compareText(sk.slice(0, prefix.length), prefix) > 0)];
    }
    return ['from' in sort ? this.#from(sort.from) : 0, 'to' in sort ? this.#behind(sort.to) : this.#stored.length];
  }

  #from(bound: string): number {
    return this.#first((sk) => compareText(sk, bound) >= 0);
  }

  #behind(bound: string): number {
    return this.#first((sk) => compareText(sk, bound) > 0);
  }

  /** The first index whose sort key is behind a bound, by binary search. */
  #first(isBehind: (sk: string) => boolean): number {
    const last = this.#stored.at(-1);
    // Sort keys mostly rise with time, so most new items belong at the end.
    if (last === undefined || !isBehind(last.sk)) return this.#stored.length;
    let low = 0;
    let high = this.#stored.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { sk } = this.#stored[middle] as Stored;
      if (isBehind(sk)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
