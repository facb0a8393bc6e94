import { erasureInputSchema } from '../../../contracts/storage/erasure';
import { RUNNING_ERASURES_PARTITION } from '../../../contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import { type Clock, DAY_MS } from '../../clock';
import { everyItem } from '../../table/every-item';
import type { TableStore } from '../../table/table-store';
import { findErasure } from './erasure-item';
import { isHeld } from './run-step';

/** The law allows a month. This leaves an operator five days. */
const OVERDUE_MS = 25 * DAY_MS;

/** Counts the erasures that were requested too long ago and are not over, without those that a legal hold pauses. */
export async function overdueErasures({
  store,
  clock,
}: {
  readonly store: TableStore;
  readonly clock: Clock;
}): Promise<number> {
  let overdue = 0;
  for await (const { sk, ownerId } of everyItem(store, { table: ACCOUNTS, partition: RUNNING_ERASURES_PARTITION })) {
    const input = erasureInputSchema.parse({ ownerId, erasureId: sk });
    const stored = await findErasure(store, input);
    if (stored === undefined || clock() - Date.parse(stored.requestedAt) < OVERDUE_MS) continue;
    if (!(await isHeld(store, input.ownerId))) overdue += 1;
  }
  return overdue;
}
