import { z } from 'zod';
import type { TableSpec } from '../../contracts/storage/tables';
import { jobCursorKey } from '../../contracts/storage/table-keys/job-cursors';
import type { Clock } from '../clock';
import { everyItem } from './every-item';
import { sortKeyOf } from './merged-items';
import type { TableStore } from './table-store';
import type { Item } from './value';

/** An item takes a few calls, one after the other, so several at once are faster. */
const ITEMS_AT_ONCE = 16;
/** Sorts before every character of a sort key and after its end. */
const BEHIND = ' ';

/** Where a job stopped: the sort key of the last item that it worked on. */
export const cursorSchema = z.object({ after: z.string() });

export interface WorkOptions {
  readonly store: TableStore;
  readonly clock: Clock;
}

export interface WorkList {
  readonly table: TableSpec;
  readonly partition: string;
  /** Epoch milliseconds: no item is begun from then on. @default every item is begun */
  readonly until?: number | undefined;
}

/**
 * Does some work for each item of a partition, several at once. If the time is over before the end, it notes where it
 * stopped, and the next call begins there: a call is not repeated for the first items before the last had theirs.
 * @throws the first error, after it has tried each item
 * @throws StoreUnavailable when the list cannot be read
 */
export async function workThrough(
  { store, clock }: WorkOptions,
  { table, partition, until = Infinity }: WorkList,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const cursor = { table, key: jobCursorKey(partition) };
  const stored = await store.get(cursor);
  const after = stored && cursorSchema.parse(stored).after;
  const items = everyItem(store, {
    table,
    partition,
    ...(after !== undefined && { sort: { from: `${after}${BEHIND}` } }),
  });
  const errors: unknown[] = [];
  let last = after;
  /** @returns whether it has reached the end */
  const worker = async (): Promise<boolean> => {
    while (clock() < until) {
      const next = await items.next();
      if (next.done === true) return true;
      last = sortKeyOf(next.value);
      await work(next.value).catch((error: unknown) => errors.push(error));
    }
    return false;
  };
  const workers = await Promise.allSettled(Array.from({ length: ITEMS_AT_ONCE }, worker));
  const unread = workers.find((result) => result.status === 'rejected');
  if (unread) throw unread.reason;
  const isAtEnd = workers.some((result) => result.status === 'fulfilled' && result.value);
  if (isAtEnd && after !== undefined) await store.write({ table, delete: cursor.key });
  if (!isAtEnd && last !== undefined) await store.write({ table, put: { ...cursor.key, after: last } });
  if (errors.length > 0) throw errors[0];
}
