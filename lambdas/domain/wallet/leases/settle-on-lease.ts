import type { UsageRecord } from '../../../contracts/storage/usage-record';
import { absent } from '../../table/condition';
import { ConditionFailed } from '../../table/table-errors';
import { decodeUsageRecord, putUsageRecord } from '../../usage/records/usage-records';
import type { WalletDependencies } from '../dependencies';
import { adjustExpired } from '../holds/adjust-expired';
import { alreadySettled, chargeOf, settledNow, type Settled, type Settlement } from '../holds/settlement';
import { retryOrUnavailable, SETTLE_RETRY } from '../retry';

/**
 * Settles or releases a request whose money a lease holds. The only write puts its usage record, once. The lease books
 * the charge with its next request, or the sweeper books it when it ends the lease.
 * @throws HoldAlreadySettled
 */
export async function settleOnLease(
  dependencies: WalletDependencies,
  settlement: Settlement,
  leaseTurn: string,
): Promise<Settled> {
  const charge = chargeOf(settlement);
  const { accountId, requestId } = settlement.hold;
  const record: UsageRecord = { ...settlement.record, accountId, requestId, ...charge, leaseTurn };
  const { leaseBook } = dependencies;
  const lease = leaseBook.inUse(requestId, leaseTurn);
  try {
    const existing = await putOnce(dependencies, record);
    if (existing?.status === 'expired') return await adjustExpired(dependencies, settlement);
    // An existing record stands. This lease books it only if the record names this turn.
    const recorded = existing ?? record;
    if (lease && recorded.leaseTurn === leaseTurn) leaseBook.end(lease, recorded);
    return existing ? alreadySettled(settlement, existing) : settledNow(settlement, charge);
  } finally {
    if (lease) leaseBook.forget(lease);
  }
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
