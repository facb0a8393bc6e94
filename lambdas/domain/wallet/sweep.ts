import { holdPartition, lastHoldDueAt, SHARDS } from '../../contracts/table-keys';
import { WALLET } from '../../contracts/tables';
import type { Item } from '../table/value';
import { everyItem } from '../table/every-item';
import type { Hold } from './hold';
import { decodeHold } from './hold';
import type { RequestOutcome } from './hold-end';
import { HOLD_END_PLACES, holdEndWrites, inconsistencyOr } from './hold-end';
import type { Ledger } from './ledger';
import { callToken, failedCondition } from './ledger';
import { patiently, SETTLE_PATIENCE } from './patience';
import { WalletUnavailable } from './wallet-errors';

/** A hold this long past its deadline shows that sweeps do not run or do not keep up. */
export const OVERDUE_MS = 5 * 60_000;

export interface Sweep {
  /** Holds that this sweep ended. */
  readonly expired: number;
  /** Holds that it met more than OVERDUE_MS past their deadline. */
  readonly overdue: number;
  /** Holds that could not be ended: their ledger is broken, and `verifyLedger` tells how. */
  readonly failed: number;
}

/**
 * Gives back what nobody settled or released. The deadline is part of the sort key, so a sweep reads due holds only.
 * @param range.now epoch milliseconds; holds due until then are ended. @default the ledger's clock
 * @param range.everything also holds that are not due: for a host that restarts and knows that nobody runs.
 */
export async function expireDue(
  ledger: Ledger,
  range: { readonly now?: number; readonly everything?: boolean },
): Promise<Sweep> {
  const now = range.now ?? ledger.timing.clock();
  const sort = range.everything ? {} : { sort: { to: lastHoldDueAt(now) } };
  const sweep = { expired: 0, overdue: 0, failed: 0 };
  for (const shard of SHARDS) {
    for await (const item of everyItem(ledger.store, { table: WALLET, partition: holdPartition(shard), ...sort })) {
      await sweepOne(ledger, item, now, sweep);
    }
  }
  return sweep;
}

async function sweepOne(ledger: Ledger, item: Item, now: number, sweep: { -readonly [count in keyof Sweep]: number }) {
  try {
    const hold = decodeHold(item);
    if (now - hold.deadline > OVERDUE_MS) sweep.overdue += 1;
    if (await expire(ledger, hold)) sweep.expired += 1;
  } catch (error) {
    // Without the store no other hold fares better; a broken one must not keep the rest from their end.
    if (error instanceof WalletUnavailable) throw error;
    sweep.failed += 1;
  }
}

/** Resolves to false when its request ended the hold first. */
function expire(ledger: Ledger, hold: Hold): Promise<boolean> {
  const record = expiredRequest(hold, ledger.timing.clock());
  const writes = holdEndWrites(ledger, { hold, kind: 'expire', costPico: 0n, overrunPico: 0n, record });
  const token = callToken('e', hold.requestId);
  return patiently(SETTLE_PATIENCE, ledger.timing, async () => {
    try {
      await ledger.store.transact(writes, token);
      return true;
    } catch (error) {
      if (failedCondition(error, HOLD_END_PLACES.hold)) return false;
      throw inconsistencyOr(error);
    }
  });
}

function expiredRequest({ accountId, requestId, request }: Hold, endedAt: number): RequestOutcome {
  return {
    ...{ requestId, accountId, ...request },
    status: 'expired',
    httpStatus: 0,
    usage: {},
    estimated: false,
    durationMs: Math.max(0, endedAt - Date.parse(request.at)),
  };
}
