import type { UsageRecord } from '../../../contracts/storage/usage-record';
import { entryKey, holdKey, isoTime } from '../../../contracts/storage/table-keys';
import { WALLET } from '../../../contracts/storage/tables';
import { type GuardedWrite, tryCommit } from '../../table/commit';
import { absent, compare, exists } from '../../table/condition';
import { putUsageRecord } from '../../usage/records/usage-records';
import { changeBalance } from '../balance/balance';
import { chargeTransfers, countedIn, putEntry } from '../ledger/entry';
import type { Hold } from './hold';
import { endCount } from './key-counters';
import type { Ledger } from '../ledger/ledger';
import { callToken } from '../ledger/ledger';
import { retryOrUnavailable, SETTLE_RETRY } from '../retry';
import { LedgerInconsistent } from '../wallet-errors';

/** What is known of a request at its end; the wallet adds what was charged. */
export type RequestOutcome = Omit<UsageRecord, 'costPico' | 'overrunPico' | 'leaseTurn'>;

export interface HoldEnd {
  readonly hold: Hold;
  readonly kind: 'charge' | 'release' | 'expire';
  /** At most what the hold holds; 0 for a release and an expiry. */
  readonly costPico: bigint;
  /** What the usage cost above the hold: the operator's loss. */
  readonly overrunPico: bigint;
  readonly record: RequestOutcome;
}

/** Ends a hold. Resolves to false when its request has an end already. Throws LedgerInconsistent. */
export function commitHoldEnd(ledger: Ledger, end: HoldEnd): Promise<boolean> {
  // Made once: only the same writes may be sent again under the same token.
  const writes = holdEndWrites(ledger, end);
  const token = callToken();
  return retryOrUnavailable(SETTLE_RETRY, ledger.timing, async () => {
    const refusals = await tryCommit(ledger.store, writes, token);
    if (refusals.length === 0) return true;
    if (refusals.includes('ended_before')) return false;
    if (!refusals.includes('ended_on_lease')) throw new LedgerInconsistent();
    await returnHold(ledger, end.hold);
    return false;
  });
}

/**
 * Why a hold does not end now.
 * - `ended_before`: the hold is gone.
 * - `ended_on_lease`: the hold is live, but its request has ended by a lease. One request can have both, when an attempt
 *   to hold for it arrived after its caller had given up on it and gone on with a lease.
 * - `inconsistent`: the hold is live and the other items do not admit its end. That is no race but a broken ledger.
 */
type EndRefusal = 'ended_before' | 'ended_on_lease' | 'inconsistent';

/** All that ends a hold, in one transaction: the hold is there once, so it ends once. */
function holdEndWrites(ledger: Ledger, end: HoldEnd): readonly GuardedWrite<EndRefusal>[] {
  const { hold, kind, costPico, overrunPico } = end;
  const { accountId, requestId, heldPico, counting } = hold;
  const now = ledger.timing.clock();
  const entry = {
    kind,
    requestId,
    heldPico,
    ...countedIn(counting),
    at: isoTime(now),
    priceVersion: end.record.priceVersion,
    transfers: chargeTransfers({ costPico, overrunPico }),
  };
  const record: UsageRecord = { ...end.record, accountId, requestId, costPico, overrunPico };
  const balance = { heldPico: -heldPico, availablePico: heldPico - costPico, spentPico: costPico };
  const counts = counting ? endCount(counting, { heldPico, costPico, usage: end.record.usage, now }) : [];
  return [
    {
      write: { table: WALLET, delete: holdKey(requestId, hold.deadline), when: exists() },
      otherwise: () => 'ended_before',
    },
    {
      write: putEntry(entryKey(accountId, requestId), entry),
      otherwise: (recorded) => (recorded?.['kind'] === 'expire' ? 'ended_on_lease' : 'inconsistent'),
    },
    {
      write: putUsageRecord(record, ledger.usageRetentionDays, absent()),
      otherwise: (recorded) => (recorded?.['leaseTurn'] !== undefined ? 'ended_on_lease' : 'inconsistent'),
    },
    // The second line of defence: whatever went wrong elsewhere, `held` does not fall below zero.
    {
      write: changeBalance({ accountId }, balance, compare('heldPico', '>=', heldPico)),
      otherwise: () => 'inconsistent',
    },
    ...counts.map((write) => ({ write })),
  ];
}

/** Gives back all that is held for a request that has its end already: by a lease, so its key has no counters. */
function returnHold(ledger: Ledger, { accountId, requestId, heldPico, deadline }: Hold): Promise<void> {
  const balance = { heldPico: -heldPico, availablePico: heldPico };
  const writes: readonly GuardedWrite<EndRefusal>[] = [
    {
      write: { table: WALLET, delete: holdKey(requestId, deadline), when: exists() },
      otherwise: () => 'ended_before',
    },
    {
      write: changeBalance({ accountId }, balance, compare('heldPico', '>=', heldPico)),
      otherwise: () => 'inconsistent',
    },
  ];
  const token = callToken();
  return retryOrUnavailable(SETTLE_RETRY, ledger.timing, async () => {
    const [refusal] = await tryCommit(ledger.store, writes, token);
    if (refusal === 'inconsistent') throw new LedgerInconsistent();
  });
}

/** What is known of a request that nobody ended. */
export function expiredOutcome({ accountId, requestId, request }: Hold, endedAt: number): RequestOutcome {
  return {
    requestId,
    accountId,
    ...request,
    status: 'expired',
    httpStatus: 0,
    usage: {},
    estimated: false,
    durationMs: Math.max(0, endedAt - Date.parse(request.at)),
  };
}
