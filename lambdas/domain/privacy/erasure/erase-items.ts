import type { StoredItem } from '../../../contracts/storage/stored-item';
import { inParallel } from '../../in-parallel';
import { exists } from '../../table/condition';
import { keyOf } from '../../table/key-of';
import { ConditionFailed } from '../../table/table-errors';
import type { TableStore } from '../../table/table-store';
import type { Item } from '../../table/value';
import type { DataSubject } from '../export/subject';
import { activeRule } from './erased-kinds';
import { type CallLimits, erasablePages, itemsThrough } from './item-pages';

const CONCURRENT_ITEMS = 32;

export interface EraseOptions {
  readonly store: TableStore;
  /** @default enough for some minutes */
  readonly limits?: CallLimits;
}

/** The result of one call. It holds no data, because the history of an execution is kept. */
export interface ItemsErased {
  readonly erased: number;
  /** Where the next call goes on. Absent when all is erased. */
  readonly position?: string;
  readonly isComplete: boolean;
}

/**
 * Erases the next items of a subject by the rules of the register. A call that died is repeated with the same position:
 * what was erased stays erased, and what the subject is found by is erased last.
 * @param position the `position` of the call before. @default the beginning
 */
export async function eraseItems(
  { store, limits }: EraseOptions,
  subject: DataSubject,
  position: string | undefined,
): Promise<ItemsErased> {
  let erased = 0;
  const pages = erasablePages({ store, ...(limits && { limits }) }, subject, position, 'at its beginning');
  for await (const { kind, items, end } of pages) {
    const counts = await inParallel(items, CONCURRENT_ITEMS, (item) => eraseItem(store, subject, { kind, item }));
    for (const count of counts) erased += count;
    if (end?.position !== undefined) return { erased, position: end.position, isComplete: false };
  }
  return { erased, isComplete: true };
}

interface Found {
  readonly kind: StoredItem;
  readonly item: Item;
}

/** Erases an item, after those that are found only through it. @returns how many were erased */
async function eraseItem(store: TableStore, subject: DataSubject, { kind, item }: Found): Promise<number> {
  let erased = 0;
  for await (const found of itemsThrough(store, kind, item, subject)) {
    await store.write({ table: found.kind.table, delete: keyOf({ table: found.kind.table, put: found.item }) });
    erased += 1;
  }
  return erased + (await applyRule(store, subject, { kind, item }));
}

async function applyRule(store: TableStore, subject: DataSubject, { kind, item }: Found): Promise<number> {
  const { table } = kind;
  const key = keyOf({ table, put: item });
  const rule = activeRule(kind, subject.kind);
  if (rule?.does !== 'reduced') {
    await store.write({ table, delete: key });
    return 1;
  }
  const fields = rule.fields.filter((name) => name in item);
  if (fields.length === 0) return 0;
  const isWritten = await ifThere(store.write({ table, update: key, change: { remove: fields }, when: exists() }));
  return isWritten ? 1 : 0;
}

/** An item that is gone by now needs no change, and must not come back. */
async function ifThere(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
}
