import { balanceKey } from '../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../contracts/storage/tables';
import type { UsageRecord } from '../../../contracts/storage/usage-record';
import { absent, exists } from '../../table/condition';
import { lesser } from '../../money/pico';
import { ConditionFailed } from '../../table/table-errors';
import type { Update } from '../../table/table-store';
import { decodeUsageRecord, putUsageRecord } from '../../usage/records/usage-records';
import { recordShortfall, type Shortfall } from '../balance/may-roll';
import type { WalletDependencies } from '../dependencies';
import { adjustExpired } from '../holds/adjust-expired';
import { notesOfShortage } from '../holds/budget-counters';
import type { Hold } from '../holds/hold';
import { alreadySettled, chargeOf, settledNow, type Settled, type Settlement, shortfallOf } from '../holds/settlement';
import { RESERVE_RETRY, retryOrUnavailable, SETTLE_RETRY } from '../retry';
import { HoldNotFound, InsufficientFunds, KeyLimitReached, WalletUnavailable } from '../wallet-errors';
import { growLease } from './grow-lease';

/**
 * Settles or releases a request whose money a lease holds. The only write puts its usage record, once. The lease books
 * the charge with its next request, or the sweeper books it when it ends the lease. Only if the provider reports more
 * than the request could count on does the lease grow first, and only a shortage is noted afterwards.
 * @throws HoldAlreadySettled
 */
export async function settleOnLease(
  dependencies: WalletDependencies,
  settlement: Settlement,
  leaseTurn: string,
): Promise<Settled> {
  const { accountId, requestId } = settlement.hold;
  const { leaseBook } = dependencies;
  const lease = leaseBook.inUse(requestId, leaseTurn);
  let mayBeRepeated = false;
  try {
    const { hold, hasGivenUp } = await coveringHold(dependencies, settlement, leaseTurn);
    const charge = chargeOf({ ...settlement, hold }, 0n);
    const record: UsageRecord = { ...settlement.record, accountId, requestId, ...charge, leaseTurn };
    const existing = await putOnce(dependencies, record);
    if (existing?.status === 'expired') return await adjustExpired(dependencies, settlement);
    // An existing record stands. This lease books it only if the record names this turn.
    const recorded = existing ?? record;
    if (lease && recorded.leaseTurn === leaseTurn) leaseBook.end(lease, recorded);
    const shortfall = shortfallOf({ ...settlement, hold }, recorded);
    await noteShortfall(dependencies, hold, hasGivenUp ? { ...shortfall, isLoss: false } : shortfall);
    if (settlement.shortOf === 'budget') await noteBudgetShort(dependencies, hold);
    return existing ? alreadySettled(settlement, existing) : settledNow(settlement, charge);
  } catch (error) {
    mayBeRepeated = error instanceof WalletUnavailable;
    throw error;
  } finally {
    // A later attempt has to know the lease, which may have grown for this charge.
    if (lease && !mayBeRepeated) leaseBook.forget(lease);
  }
}

/** A hold as its charge meets it. */
interface CoveringHold {
  readonly hold: Hold;
  /** Whether the account may have money for usage above the hold that could not be taken now. */
  readonly hasGivenUp: boolean;
}

/**
 * The hold with what the account adds for reported usage above it, as far as the account has it. An estimate never
 * exceeds the hold.
 */
async function coveringHold(
  dependencies: WalletDependencies,
  { hold, costPico, record }: Settlement,
  leaseTurn: string,
): Promise<CoveringHold> {
  const { rolling } = hold;
  const asItIs = { hold, hasGivenUp: false };
  if (rolling === undefined || record.estimated) return asItIs;
  const wantedPico = lesser(costPico, rolling.ceilingPico) - hold.heldPico;
  if (wantedPico <= 0n) return asItIs;
  try {
    const grown = await growLease(dependencies, { ...hold, rolling, leaseTurn }, { wantedPico, leastPico: 1n });
    return { hold: grown, hasGivenUp: false };
  } catch (error) {
    if (error instanceof InsufficientFunds || error instanceof KeyLimitReached) return asItIs;
    // The lease is gone, or the store does not answer. The rest of the charge does not depend on that.
    if (error instanceof HoldNotFound || error instanceof WalletUnavailable) return { hold, hasGivenUp: true };
    throw error;
  }
}

/**
 * Has the account's next requests hold their worst case, if this one was ended for lack of money or cost more than the
 * account could pay. No money moves, so the settle does not depend on it.
 */
async function noteShortfall(
  { store, timing, leaseBook }: WalletDependencies,
  { accountId, rolling }: Hold,
  shortfall: Shortfall,
): Promise<void> {
  if (rolling === undefined || (!shortfall.isShort && !shortfall.isLoss)) return;
  const unmarked: Update = { table: WALLET, update: balanceKey(accountId), change: {}, when: exists() };
  const write = recordShortfall(unmarked, shortfall, timing.clock());
  await retryOrUnavailable(RESERVE_RETRY, timing, () => store.write(write)).catch(() => undefined);
  // Requests that began before the write have read the balance without it.
  leaseBook.forgetActive(accountId);
}

/** Has the next requests of the account's budget hold their worst case for a while. The settle does not depend on it. */
async function noteBudgetShort({ store, timing }: WalletDependencies, { counting }: Hold): Promise<void> {
  const notes = counting ? notesOfShortage(counting, timing.clock()) : [];
  for (const note of notes)
    await retryOrUnavailable(RESERVE_RETRY, timing, () => store.write(note)).catch(() => undefined);
}

/** @returns the record that already exists, perhaps from an earlier attempt; undefined when this one was put */
function putOnce(
  { store, timing, usageRetentionDays }: WalletDependencies,
  record: UsageRecord,
): Promise<UsageRecord | undefined> {
  const write = putUsageRecord(record, usageRetentionDays, absent());
  return retryOrUnavailable(SETTLE_RETRY, timing, async () => {
    try {
      await store.write(write);
      return undefined;
    } catch (error) {
      if (error instanceof ConditionFailed && error.item) return decodeUsageRecord(error.item);
      throw error;
    }
  });
}
