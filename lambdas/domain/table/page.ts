import type { Query, TableStore } from './table-store';
import type { Item, Key } from './value';

/** A page of a list. `next` is where the following page begins; callers pass it back unread. */
export interface PageOf<T> {
  readonly items: readonly T[];
  readonly next?: Key;
}

/** The page of a list that a caller asks for. */
export interface PageRequest {
  /** The most items that the page may contain. */
  readonly limit: number;
  /** The `next` of the previous page. */
  readonly after?: Key | undefined;
}

/** Reads a page that is full unless the list ends: expired items do not count towards the limit. */
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
