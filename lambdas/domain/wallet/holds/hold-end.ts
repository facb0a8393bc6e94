import type { UsageRecord } from '../../../contracts/storage/usage-record';
import { entryKey, holdKey, isoTime } from '../../../contracts/storage/table-keys';
import { WALLET } from '../../../contracts/storage/tables';
import { absent, compare, exists } from '../../table/condition';
import type { Write } from '../../table/table-store';
import { putUsageRecord } from '../../usage/records/usage-records';
import { failedCondition } from '../../table/table-errors';
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
    try {
      await ledger.store.transact(writes, token);
      return true;
    } catch (error) {
      if (failedCondition(error, HOLD_END_PLACES.hold)) return false;
      if (!hasEndedOnLease(error)) throw inconsistencyOr(error);
      await returnHold(ledger, end.hold);
      return false;
    }
  });
}

/** Where each write stands in the transaction, for reading why it was cancelled. */
const HOLD_END_PLACES = { hold: 0, entry: 1, usage: 2, balance: 3 } as const;

/** All that ends a hold, in one transaction: the hold is there once, so it ends once. */
function holdEndWrites(ledger: Ledger, end: HoldEnd): readonly Write[] {
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
  return [
    { table: WALLET, delete: holdKey(requestId, hold.deadline), when: exists() },
    putEntry(entryKey(accountId, requestId), entry),
    putUsageRecord(record, ledger.usageRetentionDays, absent()),
    // The second line of defence: whatever went wrong elsewhere, `held` does not fall below zero.
    changeBalance({ accountId }, balance, compare('heldPico', '>=', heldPico)),
    ...(counting ? endCount(counting, { heldPico, costPico, usage: end.record.usage, now }) : []),
  ];
}

/**
 * Whether the request of a live hold has ended all the same, by a lease. One request can have both, when an attempt to
 * hold for it arrived after its caller had given up on it and gone on with a lease.
 */
function hasEndedOnLease(error: unknown): boolean {
  const { entry, usage } = HOLD_END_PLACES;
  const isExpired = failedCondition(error, entry)?.item?.['kind'] === 'expire';
  return isExpired || failedCondition(error, usage)?.item?.['leaseTurn'] !== undefined;
}

/** Gives back all that is held for a request that has its end already: by a lease, so its key has no counters. */
function returnHold(ledger: Ledger, { accountId, requestId, heldPico, deadline }: Hold): Promise<void> {
  const writes = [
    { table: WALLET, delete: holdKey(requestId, deadline), when: exists() },
    changeBalance({ accountId }, { heldPico: -heldPico, availablePico: heldPico }, compare('heldPico', '>=', heldPico)),
  ];
  const token = callToken();
  return retryOrUnavailable(SETTLE_RETRY, ledger.timing, async () => {
    try {
      await ledger.store.transact(writes, token);
    } catch (error) {
      if (failedCondition(error, 0)) return;
      throw failedCondition(error, 1) ? new LedgerInconsistent() : error;
    }
  });
}

/** A live hold whose end the other items do not admit is no race but a broken ledger; any other error stays itself. */
function inconsistencyOr(error: unknown): unknown {
  const { entry, usage, balance } = HOLD_END_PLACES;
  return [entry, usage, balance].some((place) => failedCondition(error, place)) ? new LedgerInconsistent() : error;
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
