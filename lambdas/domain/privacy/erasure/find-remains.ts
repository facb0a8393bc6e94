import type { StoredItem } from '../../../contracts/storage/stored-item';
import type { TableStore } from '../../table/table-store';
import type { Item } from '../../table/value';
import type { DataSubject } from '../export/subject';
import { activeRule } from './erased-kinds';
import { type CallLimits, erasablePages, itemsThrough } from './item-pages';

export interface FindOptions {
  readonly store: TableStore;
  /** @default enough for some minutes */
  readonly limits?: CallLimits;
}

/** How many items of one kind are left: at least so many, because a call counts no more than it may read. */
interface Remains {
  readonly kind: string;
  readonly items: number;
}

/** The result of one call. It holds no data, because the history of an execution is kept. */
export interface RemainsFound {
  /** Empty if this call found nothing. */
  readonly remains: readonly Remains[];
  /** Where the next call goes on. Absent when everything was looked at. */
  readonly position?: string;
  readonly isComplete: boolean;
}

/**
 * Looks for what is left of a subject, wherever its items can be found by the register.
 * @param position the `position` of the call before. @default the beginning
 */
export async function findRemains(
  { store, limits }: FindOptions,
  subject: DataSubject,
  position: string | undefined,
): Promise<RemainsFound> {
  const counts = new Map<string, number>();
  const count = (kind: StoredItem): unknown => counts.set(kind.kind, (counts.get(kind.kind) ?? 0) + 1);
  const found = (): readonly Remains[] => [...counts].map(([kind, items]) => ({ kind, items }));
  for await (const { kind, items, end } of erasablePages(
    { store, ...(limits && { limits }) },
    subject,
    position,
    'behind it',
  )) {
    for (const item of items) {
      if (isLeft(kind, subject, item)) count(kind);
      for await (const { kind: through } of itemsThrough(store, kind, item, subject)) count(through);
    }
    if (end?.position !== undefined) return { remains: found(), position: end.position, isComplete: false };
  }
  return { remains: found(), isComplete: true };
}

function isLeft(kind: StoredItem, subject: DataSubject, item: Item): boolean {
  const rule = activeRule(kind, subject.kind);
  return rule?.does !== 'reduced' || rule.fields.some((name) => name in item);
}
