import type { TableStore } from '../../table/table-store';
import type { Balance } from '../balance/balance';
import { AMOUNT_NAMES, readPart, sumOfBalances } from '../balance/balance';
import { CounterMatch } from './counter-match';
import type { Difference, Report } from './difference';
import type { Book, Entry } from '../ledger/entry';
import { movedInto } from '../ledger/entry';
import { everyEntry } from '../ledger/every-entry';
import { readDrawers } from '../balance/drawers';
import { isErased } from './is-erased';
import { LeaseMatch } from './lease-match';
import type { LiveHold } from './live-holds';
import { entryFault } from '../ledger/entry-form';
import type { UsageWindow } from './usage-match';
import { UsageMatch } from './usage-match';

/**
 * Reads the account's entries and usage records once, side by side, without keeping them in memory. An erasure deletes
 * usage records and counters, so none of an erased account is missing.
 */
export async function verifyAccount(
  store: TableStore,
  accountId: string,
  holds: readonly LiveHold[],
  usageWindow: UsageWindow | undefined,
): Promise<{ readonly entries: number; readonly differences: readonly Difference[] }> {
  const differences: Difference[] = [];
  const report: Report = (difference) => differences.push({ accountId, ...difference });
  const main = await readPart(store, { accountId });
  const drawers = main ? await readDrawers(store, main, accountId) : new Map<string, Balance>();
  const held = new Map(holds.map((hold) => [hold.id, hold]));
  const leases = new LeaseMatch(holds.flatMap(({ lease }) => lease ?? []));
  const hasErasedItems = await isErased(store, accountId);
  const usage = new UsageMatch({
    store,
    accountId,
    report,
    usageWindow: hasErasedItems ? undefined : usageWindow,
    leases,
  });
  const counters = new CounterMatch(holds);
  const books = new Map<string, bigint>();
  let entries = 0;
  let before: Entry | undefined;
  for await (const entry of everyEntry(store, accountId)) {
    entries += 1;
    replay(entry, books);
    counters.addEntry(entry);
    verifyEntry(entry, before, held, report);
    await usage.next(entry);
    before = entry;
  }
  await usage.end();
  if (!hasErasedItems) await counters.compare(store, report);
  if (main) {
    verifyBalance([main, ...drawers.values()].reduce(sumOfBalances), books, holds, report);
    for (const balance of [main, ...drawers.values()]) verifyAmounts(balance, report);
  } else if (entries > 0 || holds.length > 0) report({ kind: 'balance_missing', expectedPico: 0n, actualPico: 0n });
  return { entries, differences };
}

function replay(entry: Entry, books: Map<string, bigint>): void {
  for (const { from, to, amountPico } of entry.transfers) {
    books.set(from, (books.get(from) ?? 0n) - amountPico);
    books.set(to, (books.get(to) ?? 0n) + amountPico);
  }
}

function verifyEntry(
  entry: Entry,
  before: Entry | undefined,
  held: ReadonlyMap<string, LiveHold>,
  report: Report,
): void {
  const id = entry.entryId;
  const fault = entryFault(entry);
  if (fault) report({ kind: 'unbalanced_entry', id, expectedPico: 0n, actualPico: fault.amountPico });
  const chargedPico = movedInto('spent', entry);
  if (chargedPico > entry.heldPico) {
    report({ kind: 'charge_above_hold', id, expectedPico: entry.heldPico, actualPico: chargedPico });
  }
  // The expiry sorts right before its adjustment.
  const isAfterExpiry = before?.kind === 'expire' && before.requestId === entry.requestId;
  if (entry.kind === 'adjustment' && !isAfterExpiry) {
    report({ kind: 'adjustment_without_expiry', id, expectedPico: 0n, actualPico: chargedPico });
  }
  const hold = held.get(entry.requestId ?? id);
  if (hold) report({ kind: 'hold_after_end', id: hold.id, expectedPico: 0n, actualPico: hold.heldPico });
}

function verifyBalance(
  balance: Balance,
  books: ReadonlyMap<string, bigint>,
  holds: readonly LiveHold[],
  report: Report,
): void {
  const replayed = (book: Book): bigint => books.get(book) ?? 0n;
  const heldPico = holds.reduce((sum, hold) => sum + hold.heldPico, 0n);
  const rows = [
    ['available_and_held', replayed('available'), balance.availablePico + balance.heldPico],
    ['held', heldPico, balance.heldPico],
    ['spent', replayed('spent'), balance.spentPico],
    ['refunded', replayed('refunded'), balance.refundedPico],
    ['expired', replayed('expired'), balance.expiredPico],
    ['disputed', replayed('disputed'), balance.disputedPico],
    // Money comes out of these books, so their replay is the negative of the amount.
    ['funded', -replayed('funded'), balance.fundedPico],
    ['granted', -replayed('promotion'), balance.grantedPico],
    ['line', -replayed('creditLine'), balance.linePico],
    ['debt', -replayed('debt'), balance.debtPico],
  ] as const;
  for (const [kind, expectedPico, actualPico] of rows) {
    if (expectedPico !== actualPico) report({ kind, expectedPico, actualPico });
  }
}

function verifyAmounts(balance: Balance, report: Report): void {
  for (const name of AMOUNT_NAMES) {
    const actualPico = balance[name];
    if (actualPico < 0n) report({ kind: 'negative_amount', id: name, expectedPico: 0n, actualPico });
  }
}
