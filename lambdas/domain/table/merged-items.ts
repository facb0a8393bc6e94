import { everyItem } from './every-item';
import type { Query, TableStore } from './table-store';
import type { Item } from './value';

/**
 * Every item of several partitions as one list in the order of their sort keys. A partition is read page by page
 * and only as far as the reader goes. The keys are ASCII, so strings compare in the same order as the store's bytes.
 */
export async function* mergedItems(
  store: TableStore,
  partitions: readonly string[],
  query: Omit<Query, 'partition' | 'after'>,
): AsyncGenerator<Item, void> {
  const readers = partitions.map((partition) => everyItem(store, { ...query, partition }));
  const heads = await Promise.all(readers.map((reader) => reader.next()));
  for (;;) {
    let first = -1;
    heads.forEach((head, index) => {
      if (head.done === true) return;
      const best = heads[first];
      if (best === undefined || best.done === true || comesBefore(head.value, best.value, query)) first = index;
    });
    const [reader, head] = [readers[first], heads[first]];
    if (reader === undefined || head === undefined || head.done === true) return;
    yield head.value;
    heads[first] = await reader.next();
  }
}

function comesBefore(item: Item, other: Item, { newestFirst = false }: { readonly newestFirst?: boolean }): boolean {
  return newestFirst ? sortKeyOf(item) > sortKeyOf(other) : sortKeyOf(item) < sortKeyOf(other);
}

export const sortKeyOf = ({ sk }: Item): string => (typeof sk === 'string' ? sk : '');
