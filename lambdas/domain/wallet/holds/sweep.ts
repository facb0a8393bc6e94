import { holdPartition, lastHoldDueAt, SHARDS } from '../../../contracts/storage/table-keys';
import { WALLET } from '../../../contracts/storage/tables';
import type { Item } from '../../table/value';
import { everyItem } from '../../table/every-item';
import type { Hold } from './hold';
import { decodeHold } from './hold';
import { commitHoldEnd, expiredOutcome } from './hold-end';
import { decodeLease, isLease } from '../leases/lease';
import type { Ledger } from '../ledger/ledger';
import type { SweptItem } from '../leases/sweep-lease';
import { sweepLease } from '../leases/sweep-lease';
import { WalletUnavailable } from '../wallet-errors';

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

/** How far a sweep goes. */
interface Range {
  /** Epoch milliseconds; what is due until then is ended. */
  readonly now: number;
  /** Also what is not due. */
  readonly everything: boolean;
}

/**
 * Gives back what nobody settled or released, and ends the leases that take no more requests. The deadline is part of
 * the sort key, so a sweep reads due items only.
 * @param range.now epoch milliseconds; holds due until then are ended. @default the ledger's clock
 * @param range.everything also holds that are not due: for a host that restarts and knows that nobody runs.
 */
export async function expireDue(
  ledger: Ledger,
  { now = ledger.timing.clock(), everything = false }: Partial<Range>,
): Promise<Sweep> {
  const sweep = { expired: 0, overdue: 0, failed: 0 };
  const shards = await Promise.allSettled(SHARDS.map((shard) => sweepShard(ledger, shard, { now, everything }, sweep)));
  const failed = shards.find((shard) => shard.status === 'rejected');
  if (failed) throw failed.reason;
  return sweep;
}

async function sweepShard(
  ledger: Ledger,
  shard: string,
  range: Range,
  sweep: { -readonly [count in keyof Sweep]: number },
): Promise<void> {
  const sort = range.everything ? {} : { sort: { to: lastHoldDueAt(range.now) } };
  for await (const item of everyItem(ledger.store, { table: WALLET, partition: holdPartition(shard), ...sort })) {
    try {
      const { isExpired, dueSince } = await sweepItem(ledger, item, range);
      if (isExpired) sweep.expired += 1;
      if (range.now - dueSince > OVERDUE_MS) sweep.overdue += 1;
    } catch (error) {
      // Without the store no other hold fares better; a broken one must not keep the rest from their end.
      if (error instanceof WalletUnavailable) throw error;
      sweep.failed += 1;
    }
  }
}

async function sweepItem(ledger: Ledger, item: Item, range: Range): Promise<SweptItem> {
  if (isLease(item)) return sweepLease(ledger, decodeLease(item), range);
  const hold = decodeHold(item);
  return { isExpired: await expire(ledger, hold), dueSince: hold.deadline };
}

/** Resolves to false when its request ended the hold first. */
function expire(ledger: Ledger, hold: Hold): Promise<boolean> {
  const record = expiredOutcome(hold, ledger.timing.clock());
  return commitHoldEnd(ledger, { hold, kind: 'expire', costPico: 0n, overrunPico: 0n, record });
}
