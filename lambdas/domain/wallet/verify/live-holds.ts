import { SHARDS } from '../../../contracts/storage/table-keys/key-parts';
import { holdPartition } from '../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../contracts/storage/tables';
import { everyItem } from '../../table/every-item';
import type { TableStore } from '../../table/table-store';
import type { Item } from '../../table/value';
import { decodeHold } from '../holds/hold';
import type { Counting } from '../holds/counting';
import { decodeLease, isLease, type Lease } from '../leases/lease';

/** Money that is currently held for one request or by a lease. */
export interface LiveHold {
  readonly accountId: string;
  /** The ID of the request or the lease. */
  readonly id: string;
  readonly heldPico: bigint;
  /** Present for a request whose key has counted limits. */
  readonly counting?: Counting;
  /** Present for a lease. */
  readonly lease?: Lease;
}

/** The live holds of each account, by account ID. */
export type LiveHolds = ReadonlyMap<string, readonly LiveHold[]>;

export async function liveHolds(store: TableStore): Promise<LiveHolds> {
  const holds = new Map<string, LiveHold[]>();
  for (const shard of SHARDS) {
    for await (const item of everyItem(store, { table: WALLET, partition: holdPartition(shard) })) {
      const hold = liveHoldOf(item);
      const others = holds.get(hold.accountId);
      if (others) others.push(hold);
      else holds.set(hold.accountId, [hold]);
    }
  }
  return holds;
}

function liveHoldOf(item: Item): LiveHold {
  if (isLease(item)) {
    const lease = decodeLease(item);
    const { accountId, leaseId: id, heldPico, budget } = lease;
    const counting = budget && { counterId: budget.budgetId, shared: [budget] };
    return { accountId, id, heldPico, lease, ...(counting && { counting }) };
  }
  const { accountId, requestId, heldPico, counting } = decodeHold(item);
  return { accountId, id: requestId, heldPico, ...(counting && { counting }) };
}
