import { entryKey, isoTime } from '../../../contracts/storage/table-keys';
import type { UsageRecord } from '../../../contracts/storage/usage-record';
import { type GuardedWrite, tryCommit } from '../../table/commit';
import { absent } from '../../table/condition';
import { RetryNeeded } from '../../table/retry';
import { decodeUsageRecord, putUsageRecord } from '../../usage/records/usage-records';
import { putEntry } from '../ledger/entry';
import { expiredOutcome } from '../holds/hold-end';
import type { Lease } from './lease';
import { holdOf, leaseTurnOf, tallied } from './lease';
import { leaseEndWrites } from './lease-end';
import { recordOf } from './lease-settle';
import type { Ledger } from '../ledger/ledger';
import { callToken } from '../ledger/ledger';
import { retryOrUnavailable, SETTLE_RETRY } from '../retry';

/** What a sweep found in one item. */
export interface SweptItem {
  /** Whether this sweep ended a request that nobody else had ended. */
  readonly isExpired: boolean;
  /** Epoch milliseconds from which the item should have been ended. */
  readonly dueSince: number;
}

/**
 * Ends a lease whose last request has ended, or was to have ended by now. Its usage record tells which: where there is
 * none, the request is recorded as expired, in the same transaction. A lease whose request still runs is left.
 */
export function sweepLease(
  ledger: Ledger,
  lease: Lease,
  { now, everything }: { readonly now: number; readonly everything: boolean },
): Promise<SweptItem> {
  const { accountId, last } = lease;
  let met: UsageRecord | undefined;
  return retryOrUnavailable(SETTLE_RETRY, ledger.timing, async () => {
    const record = met ?? (await recordOf(ledger, accountId, last.requestId));
    if (!record && now < last.deadline && !everything) return { isExpired: false, dueSince: last.deadline };
    // A record of another turn was charged there: of this one nobody made use.
    const isCharged = record?.leaseTurn === leaseTurnOf(lease);
    const settled = isCharged ? tallied(lease.settled, record) : lease.settled;
    const expiry = record ? [] : expiryWrites(ledger, lease);
    const dueSince = record ? Math.max(lease.dueAt, Date.parse(record.at) + record.durationMs) : last.deadline;
    const writes = [...leaseEndWrites(ledger, lease, settled), ...expiry];
    const [refusal] = await tryCommit<'lease_gone' | UsageRecord>(ledger.store, writes, callToken());
    if (refusal === undefined) return { isExpired: !record, dueSince };
    if (refusal === 'lease_gone') return { isExpired: false, dueSince };
    met = refusal;
    throw new RetryNeeded();
  });
}

function expiryWrites(ledger: Ledger, lease: Lease): readonly GuardedWrite<UsageRecord>[] {
  const hold = holdOf(lease);
  const { accountId, requestId, heldPico, request } = hold;
  const now = ledger.timing.clock();
  const record = { ...expiredOutcome(hold, now), costPico: 0n, overrunPico: 0n };
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
      write: putUsageRecord(record, ledger.usageRetentionDays, absent()),
      // The request was ended in between, or so long ago that no read finds its record any more.
      otherwise: (recorded) => recorded && decodeUsageRecord(recorded),
    },
    { write: putEntry(entryKey(accountId, requestId), entry) },
  ];
}
