import { z } from 'zod';
import { closingKey } from '../../../contracts/storage/table-keys/funds';
import { WALLET } from '../../../contracts/storage/tables';
import { type Clock, HOUR_MS } from '../../clock';
import { absent } from '../../table/condition';
import { sortKeyOf } from '../../table/merged-items';
import { ConditionFailed } from '../../table/table-errors';
import type { TableStore } from '../../table/table-store';
import { movedInto } from '../../wallet/ledger/entry';
import { chargedSince, visitCharges } from '../../wallet/ledger/visit-charges';
import { boundsOf, monthAfter, monthBefore, monthOf } from './month';

/** A month is closed so long after its end, because charges may still be on their way. */
const SETTLED_AFTER_MS = HOUR_MS;

export interface ClosingsOptions {
  readonly store: TableStore;
  readonly clock: Clock;
}

export const closingSchema = z.object({ sk: z.string(), spentPico: z.bigint().nonnegative() });

/** The last month that is over, and whose charges have all arrived. */
export const lastClosedMonth = (clock: Clock): string => monthBefore(monthOf(clock() - SETTLED_AFTER_MS));

/**
 * Keeps what an account was charged until the end of each month up to `until`, if that is over, so that a statement need
 * not read the months before its own. It continues where an earlier call was interrupted.
 */
export async function closeMonths({ store, clock }: ClosingsOptions, accountId: string, until: string): Promise<void> {
  const lastMonth = [until, lastClosedMonth(clock)].sort()[0] ?? until;
  for await (const { month, spentPico } of closings(store, accountId, lastMonth)) {
    const item = { ...closingKey(accountId, month), spentPico };
    try {
      await store.write({ table: WALLET, put: item, when: absent() });
    } catch (error) {
      // Another call has closed the month.
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
}

/** The sum of an account's charges until the end of a month, in pico-dollars. */
export async function spentUntil(store: TableStore, accountId: string, month: string): Promise<bigint> {
  let spentUntilThen = (await lastClosing(store, accountId, month))?.spentPico ?? 0n;
  for await (const { spentPico } of closings(store, accountId, month)) spentUntilThen = spentPico;
  return spentUntilThen;
}

interface Closing {
  readonly month: string;
  readonly spentPico: bigint;
}

/** The closings of the months after the last one that is kept, each from the one before and the month's charges. */
async function* closings(store: TableStore, accountId: string, until: string): AsyncGenerator<Closing, void> {
  const last = await lastClosing(store, accountId, until);
  let month = last ? monthAfter(last.month) : await firstMonth(store, accountId);
  let spentPico = last?.spentPico ?? 0n;
  for (; month !== undefined && month <= until; month = monthAfter(month)) {
    const [from, to] = boundsOf(month);
    await visitCharges(store, accountId, { from, to }, (entry) => {
      spentPico += movedInto('spent', entry);
    });
    yield { month, spentPico };
  }
}

async function lastClosing(store: TableStore, accountId: string, until: string): Promise<Closing | undefined> {
  const [{ pk: partition, sk: from }, { sk: to }] = [closingKey(accountId, ''), closingKey(accountId, until)];
  const { items } = await store.query({ table: WALLET, partition, sort: { from, to }, newestFirst: true, limit: 1 });
  const [item] = items;
  return item && { month: sortKeyOf(item).slice(from.length), spentPico: closingSchema.parse(item).spentPico };
}

async function firstMonth(store: TableStore, accountId: string): Promise<string | undefined> {
  const since = await chargedSince(store, accountId);
  return since === undefined ? undefined : monthOf(since);
}
