import type { Query, TableStore } from './table-store';
import type { Item } from './value';

/** Yields every item of a query, page after page. Items may be deleted while it runs. */
export async function* everyItem(store: TableStore, query: Query): AsyncGenerator<Item, void> {
  let page = await store.query(query);
  for (;;) {
    yield* page.items;
    if (!page.next) return;
    page = await store.query({ ...query, after: page.next });
  }
}
