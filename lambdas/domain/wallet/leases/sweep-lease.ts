import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { entryKey } from '../../../contracts/storage/table-keys/wallet';
import type { UsageRecord } from '../../../contracts/storage/usage-record';
import { type GuardedWrite, commit } from '../../table/commit';
import { absent } from '../../table/condition';
import { RetryNeeded } from '../../table/retry';
import { newTransactionToken } from '../../table/transaction-token';
import { decodeUsageRecord, putUsageRecord, UsageRecords } from '../../usage/records/usage-records';
import type { WalletDependencies } from '../dependencies';
import { expiredRecord } from '../holds/expired-record';
import { putEntry } from '../ledger/entry';
import { retryOrUnavailable, SETTLE_RETRY } from '../retry';
import { LeaseGrown, leaseEndWrites } from './end-lease';
import type { Lease } from './lease';
import { holdOf, leaseTurnOf, tallied } from './lease';

/** The sweeper's result for one hold or lease. */
export interface SweptItem {
  /** Whether this sweep expired a request. */
  readonly isExpired: boolean;
  /** Epoch milliseconds from which the item could have been ended. */
  readonly dueSince: number;
}

/**
 * Ends a lease whose last request has ended or has passed its deadline. The request's usage record tells which: without
 * one, the same transaction records the request as expired.
 * @returns undefined for a lease whose request is running, which is left alone
 */
export function sweepLease(
  dependencies: WalletDependencies,
  found: Lease,
  { now, everything }: { readonly now: number; readonly everything: boolean },
): Promise<SweptItem | undefined> {
  const { store, timing } = dependencies;
  const { accountId, last } = found;
  const usage = new UsageRecords({ store });
  let lease = found;
  let met: UsageRecord | undefined;
  return retryOrUnavailable(SETTLE_RETRY, timing, async () => {
    const record = met ?? (await usage.get(accountId, last.requestId));
    if (!record && now < last.deadline && !everything) return undefined;
    // A record that names another turn was charged there: this turn was taken for the same request but never used.
    const isCharged = record?.leaseTurn === leaseTurnOf(lease);
    const settled = isCharged ? tallied(lease.settled, record) : lease.settled;
    const expiry = record ? [] : expiryWrites(dependencies, lease);
    const dueSince = record ? Math.max(lease.dueAt, Date.parse(record.at) + record.durationMs) : last.deadline;
    const writes = [...leaseEndWrites(dependencies, lease, settled), ...expiry];
    const [refusal] = await commit<'lease_gone' | LeaseGrown | UsageRecord>(store, writes, newTransactionToken());
    if (refusal === undefined) return { isExpired: !record, dueSince };
    if (refusal === 'lease_gone') return { isExpired: false, dueSince };
    if (refusal instanceof LeaseGrown) lease = refusal.lease;
    else met = refusal;
    throw new RetryNeeded();
  });
}

function expiryWrites(dependencies: WalletDependencies, lease: Lease): readonly GuardedWrite<UsageRecord>[] {
  const hold = holdOf(lease);
  const { accountId, requestId, heldPico, request } = hold;
  const now = dependencies.timing.clock();
  const record = { ...expiredRecord(hold, now), costPico: 0n, overrunPico: 0n };
  const entry = {
    kind: 'expire' as const,
    requestId,
    heldPico,
    priceVersion: request.priceVersion,
    at: isoTime(now),
    transfers: [],
  };
  return [
    {
      write: putUsageRecord(record, dependencies.usageRetentionDays, absent()),
      // The request was settled in the meantime, or so long ago that reads no longer return its record.
      otherwise: (existing) => existing && decodeUsageRecord(existing),
    },
    { write: putEntry(entryKey(accountId, requestId), entry) },
  ];
}
