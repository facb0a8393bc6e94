import { type ExportPosition, exportPositionSchema } from '../../../contracts/storage/export';
import type { Place, StoredItem } from '../../../contracts/storage/stored-item';
import { everyItem } from '../../table/every-item';
import { keyOf } from '../../table/key-of';
import type { TableStore } from '../../table/table-store';
import type { Item } from '../../table/value';
import { readItems } from '../export/read-items';
import type { DataSubject } from '../export/subject';
import { erasedKinds, placesThrough } from './erased-kinds';

/**
 * The work of one call: an item costs 1, and a page 50, because it may have a megabyte, which DynamoDB deletes from one
 * partition in a second. So a call takes some minutes at most, and a function has fifteen.
 */
export interface CallLimits {
  readonly costMax: number;
}
const CALL_LIMITS: CallLimits = { costMax: 10_000 };
const PAGE_COST = 50;

/** A page of items that erasure has to erase, with those that are found through them. */
export interface ErasablePage {
  readonly kind: StoredItem;
  readonly items: readonly Item[];
  /** Where another call goes on, if this one has done enough or there is nothing else to read. */
  readonly end?: { readonly position: string | undefined };
}

/**
 * Reads the items of a subject that have to be erased, up to the limits of a call.
 *
 * A position names no item of the subject, because the history of an execution keeps it and a sort key may contain a
 * label. Only in a partition with items of others does it name one, by its ID.
 * @param within decides where the next call goes on in a partition of the subject's own
 */
export async function* erasablePages(
  { store, limits = CALL_LIMITS }: { readonly store: TableStore; readonly limits?: CallLimits },
  subject: DataSubject,
  position: string | undefined,
  within: 'at its beginning' | 'behind it',
): AsyncGenerator<ErasablePage, void> {
  const kinds = erasedKinds(subject.kind);
  let cost = 0;
  for await (const { kind, items, next } of readItems(store, kinds, subject, decodePosition(position, kinds))) {
    cost += PAGE_COST + items.length;
    const isEnough = cost >= limits.costMax;
    const end = next === undefined || isEnough ? { position: next && encodePosition(kind, next, within) } : undefined;
    yield { kind, items, ...(end && { end }) };
    if (end) return;
  }
}

/** The items that must be erased before an item, because they are found only through it. */
export async function* itemsThrough(
  store: TableStore,
  parent: StoredItem,
  item: Item,
  subject: DataSubject,
): AsyncGenerator<{ readonly kind: StoredItem; readonly item: Item }, void> {
  for (const { kind, place } of placesThrough(parent, item, subject.kind))
    for await (const found of everyItem(store, queryOf(kind, place)))
      if (kind.is(keyOf({ table: kind.table, put: found }))) yield { kind, item: found };
}

const queryOf = ({ table }: StoredItem, { partition, sort }: Place) => ({ table, partition, ...(sort && { sort }) });

function encodePosition(kind: StoredItem, next: ExportPosition, within: 'at its beginning' | 'behind it'): string {
  if (next.after === undefined || kind.belongs !== undefined) return JSON.stringify(next);
  const place = within === 'behind it' ? next.place + 1 : next.place;
  return JSON.stringify({ kind: next.kind, place });
}

/** A kind that this release does not know was noted by another release: then everything is read again. */
function decodePosition(position: string | undefined, kinds: readonly StoredItem[]): ExportPosition | undefined {
  if (position === undefined) return undefined;
  const decoded = exportPositionSchema.parse(JSON.parse(position));
  return kinds.some(({ kind }) => kind === decoded.kind) ? decoded : undefined;
}
