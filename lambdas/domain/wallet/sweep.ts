import { SHARDS } from '../../contracts/storage/table-keys/key-parts';
import { holdPartition, lastHoldDueAt } from '../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../contracts/storage/tables';
import { MINUTE_MS } from '../clock';
import { everyItem } from '../table/every-item';
import type { Item } from '../table/value';
import type { WalletDependencies } from './dependencies';
import { endHold } from './holds/end-hold';
import { expiredRecord } from './holds/expired-record';
import { decodeHold } from './holds/hold';
import { decodeLease, isLease } from './leases/lease';
import type { SweptItem } from './leases/sweep-lease';
import { sweepLease } from './leases/sweep-lease';
import { WalletUnavailable } from './wallet-errors';

/** A hold this long past its deadline shows that sweeps are not running or not keeping up. */
export const OVERDUE_MS = 5 * MINUTE_MS;

/** The result of a sweep. */
export interface Sweep {
  /** The number of holds that it expired. */
  readonly expired: number;
  /** The number of holds that it found more than OVERDUE_MS past their deadline. */
  readonly overdue: number;
  /** The number of holds that it could not end because their ledger is inconsistent; `verifyLedger` shows how. */
  readonly failed: number;
}

/** The items that a sweep covers. */
interface Range {
  /** Epoch milliseconds; the sweep ends what is due by then. */
  readonly now: number;
  /** Whether the sweep also ends what is not due. */
  readonly everything: boolean;
}

/**
 * Expires the holds that were neither settled nor released by their deadline, and ends the leases that take no more
 * requests. The deadline is part of the sort key, so a sweep reads nothing that is not due.
 * @param range.now @default the wallet's clock
 * @param range.everything true on a host that has just started and knows that no request is running. @default false
 * @throws WalletUnavailable
 */
export async function expireDue(
  dependencies: WalletDependencies,
  { now = dependencies.timing.clock(), everything = false }: Partial<Range>,
): Promise<Sweep> {
  const sweep = { expired: 0, overdue: 0, failed: 0 };
  const range = { now, everything };
  const shards = await Promise.allSettled(SHARDS.map((shard) => sweepShard(dependencies, shard, range, sweep)));
  const failed = shards.find((shard) => shard.status === 'rejected');
  if (failed) throw failed.reason;
  return sweep;
}

async function sweepShard(
  dependencies: WalletDependencies,
  shard: string,
  range: Range,
  sweep: { -readonly [count in keyof Sweep]: number },
): Promise<void> {
  const sort = range.everything ? {} : { sort: { to: lastHoldDueAt(range.now) } };
  for await (const item of everyItem(dependencies.store, { table: WALLET, partition: holdPartition(shard), ...sort })) {
    try {
      const swept = await sweepItem(dependencies, item, range);
      if (!swept) continue;
      if (swept.isExpired) sweep.expired += 1;
      if (range.now - swept.dueSince > OVERDUE_MS) sweep.overdue += 1;
    } catch (error) {
      // Without the store every other hold would fail too. One broken hold, though, must not stop the rest from ending.
      if (error instanceof WalletUnavailable) throw error;
      sweep.failed += 1;
    }
  }
}

async function sweepItem(dependencies: WalletDependencies, item: Item, range: Range): Promise<SweptItem | undefined> {
  if (isLease(item)) return sweepLease(dependencies, decodeLease(item), range);
  const hold = decodeHold(item);
  const record = expiredRecord(hold, dependencies.timing.clock());
  const ended = await endHold(dependencies, { hold, kind: 'expire', costPico: 0n, record });
  // Without a result, the request ended the hold just before.
  return { isExpired: ended !== undefined, dueSince: hold.deadline };
}
