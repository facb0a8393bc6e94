import type { Query, TableStore } from './table-store';
import type { Item, Key } from './value';

/** Some of a list, and where the rest begins. `next` is for whoever asks for the rest; to everybody else it is opaque. */
export interface PageOf<T> {
  readonly items: readonly T[];
  readonly next?: Key;
}

/** What a caller may ask of a list. */
export interface PageRequest {
  /** The most that a page holds. */
  readonly limit: number;
  /** The `next` of the page before. */
  readonly after?: Key | undefined;
}

/** A page that is full as long as there is enough: items that have ended by time take no place. */
export async function readPage<T>(
  store: TableStore,
  query: Omit<Query, 'limit' | 'after'>,
  { limit, after }: PageRequest,
  decode: (item: Item) => T,
): Promise<PageOf<T>> {
  const items: T[] = [];
  let next = after;
  do {
    const page = await store.query({ ...query, limit: limit - items.length, ...(next && { after: next }) });
    items.push(...page.items.map(decode));
    next = page.next;
  } while (next !== undefined && items.length < limit);
  return next === undefined ? { items } : { items, next };
}
