import type { ExportPosition } from '../../../contracts/storage/export';
import type { StoredItem } from '../../../contracts/storage/stored-item';
import { keyOf } from '../../table/key-of';
import type { TableStore } from '../../table/table-store';
import type { Item } from '../../table/value';
import { type DataSubject, placesOf } from './subject';

/** DynamoDB ends a page at a megabyte anyway. */
const PAGE_ITEMS = 500;

/** A page of the items of one kind. */
export interface PageOfKind {
  readonly kind: StoredItem;
  readonly items: readonly Item[];
  /** Where the next page begins. Undefined after the last page of the last kind. */
  readonly next: ExportPosition | undefined;
}

/**
 * Reads all items of a subject, page by page: one kind after the other, and of each kind one place after the other.
 * @param from the `next` of an earlier page, also one that another process read. @default the beginning
 */
export async function* readItems(
  store: TableStore,
  kinds: readonly StoredItem[],
  subject: DataSubject,
  from?: ExportPosition,
): AsyncGenerator<PageOfKind, void> {
  const first = from === undefined ? 0 : kinds.findIndex(({ kind }) => kind === from.kind);
  if (first === -1) throw new Error(`there is no kind ${from?.kind}`);
  for (let index = first; index < kinds.length; index += 1) {
    const kind = kinds[index] as StoredItem;
    const places = placesOf(kind, subject);
    const isFirst = index === first;
    let after = isFirst ? from?.after : undefined;
    for (let place = isFirst ? (from?.place ?? 0) : 0; place < places.length; place += 1) {
      do {
        const { partition, sort } = places[place] as (typeof places)[number];
        const query = {
          table: kind.table,
          partition,
          limit: PAGE_ITEMS,
          ...(sort && { sort }),
          ...(after && { after }),
        };
        const page = await store.query(query);
        after = page.next;
        const items = page.items.filter((item) => isOf(kind, subject, item));
        const next =
          after === undefined ? behind(kinds, index, place, places.length) : { kind: kind.kind, place, after };
        yield { kind, items, next };
      } while (after !== undefined);
    }
  }
}

function isOf({ table, is, belongs }: StoredItem, { ownerId }: DataSubject, item: Item): boolean {
  return is(keyOf({ table, put: item })) && (belongs?.(item, ownerId) ?? true);
}

/** The position behind a place: the next place, or the next kind. */
function behind(
  kinds: readonly StoredItem[],
  index: number,
  place: number,
  places: number,
): ExportPosition | undefined {
  const kind = kinds[index]?.kind;
  if (kind !== undefined && place + 1 < places) return { kind, place: place + 1 };
  const next = kinds[index + 1]?.kind;
  return next === undefined ? undefined : { kind: next, place: 0 };
}
