import type { UsageRecord } from '../../../contracts/storage/usage-record';
import { usageRecordKey } from '../../../contracts/storage/table-keys';
import { USAGE } from '../../../contracts/storage/tables';
import { absent } from '../../table/condition';
import { ConditionFailed } from '../../table/table-errors';
import { decodeUsageRecord, putUsageRecord } from '../../usage/records/usage-records';
import { adjustExpired } from '../holds/adjust-expired';
import type { LeaseBook } from './lease-book';
import type { Ledger } from '../ledger/ledger';
import { retryOrUnavailable, SETTLE_RETRY } from '../retry';
import type { Ending, Settlement } from '../holds/settlement';
import { chargeOf } from '../holds/settlement';
import { HoldAlreadySettled } from '../wallet-errors';

/**
 * Ends a request of a lease by its usage record: one write, put once. The lease's owner books the charge with the
 * next request; if there is none, the sweeper finds the record.
 */
export async function settleOnLease(
  ledger: Ledger,
  book: LeaseBook,
  ending: Ending,
  leaseTurn: string,
): Promise<Settlement> {
  const charge = chargeOf(ending);
  const { hold, kind, record: outcome } = ending;
  const { accountId, requestId } = hold;
  const record: UsageRecord = { ...outcome, accountId, requestId, ...charge, leaseTurn };
  const lease = book.inUse(requestId, leaseTurn);
  try {
    const recorded = await put(ledger, record);
    if (recorded?.status === 'expired') return await adjustExpired(ledger, ending);
    // What was recorded stands; it is the lease's to book where it was this turn's.
    const booked = recorded ?? record;
    if (lease && booked.leaseTurn === leaseTurn) book.end(lease, booked);
    if (recorded) return recordedBefore(ending, recorded);
    return { outcome: kind === 'charge' ? 'charged' : 'released', ...charge };
  } finally {
    if (lease) book.forget(lease);
  }
}

/** @returns the record that was there before, be it by an earlier attempt; undefined when this one was put */
function put(ledger: Ledger, record: UsageRecord): Promise<UsageRecord | undefined> {
  const write = putUsageRecord(record, ledger.usageRetentionDays, absent());
  return retryOrUnavailable(SETTLE_RETRY, ledger.timing, async () => {
    try {
      await ledger.store.write(write);
      return undefined;
    } catch (error) {
      if (error instanceof ConditionFailed && error.item) return decodeUsageRecord(error.item);
      throw error;
    }
  });
}

function recordedBefore(ending: Ending, { costPico, overrunPico }: UsageRecord): Settlement {
  if (costPico + overrunPico !== ending.costPico) throw new HoldAlreadySettled({ costPico, overrunPico });
  return { outcome: 'already_settled', costPico, overrunPico };
}

/** The record that a lease's last request left, if it has ended. */
export function recordOf(ledger: Ledger, accountId: string, requestId: string): Promise<UsageRecord | undefined> {
  return retryOrUnavailable(SETTLE_RETRY, ledger.timing, async () => {
    const item = await ledger.store.get({ table: USAGE, key: usageRecordKey(accountId, requestId) });
    return item && decodeUsageRecord(item);
  });
}
