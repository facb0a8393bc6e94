import { decodeTime } from 'ulid';
import { lateReceiptKey, lateReceiptPartition, treesPartition } from '../../contracts/storage/table-keys/receipts';
import { EXPIRES_AT, USAGE } from '../../contracts/storage/tables';
import { HOUR_MS } from '../clock';
import type { Put, TableStore } from '../table/table-store';
import { everyItem } from '../table/every-item';
import type { Key } from '../table/value';
import { keyOfTree, type PositionedTree } from './account-tree';

/**
 * A receipt is searched for in the trees of the hour after its request began; a request takes at most 15 minutes. If an
 * outage delays the seal further, a pointer to the tree is stored.
 */
const LATE_MS = HOUR_MS;
const ID_START = 'req_'.length;

/** Epoch milliseconds. The ULID in a request ID contains the time at which the request began. */
export const requestedAt = (requestId: string): number => decodeTime(requestId.slice(ID_START));

/** Receipts that are sealed after this time, in epoch milliseconds, have a pointer. */
export const lateAfter = (requestId: string): number => requestedAt(requestId) + LATE_MS;

/**
 * The writes of pointers to a tree, one for each of its late receipts.
 * @param expiresAt epoch seconds
 */
export function putLateReceipts(positioned: PositionedTree, expiresAt: number): Put[] {
  const { header, leaves } = positioned;
  const { sk: tree } = keyOfTree(positioned);
  const sealedAt = Date.parse(header.minute);
  return leaves
    .filter(({ requestId }) => lateAfter(requestId) < sealedAt)
    .map(({ requestId }) => ({
      table: USAGE,
      put: { ...lateReceiptKey(header.accountId, requestId, tree), tree, [EXPIRES_AT]: expiresAt },
    }));
}

/** The keys of the trees that contain late receipts of a request. */
export async function keysOfLateTrees(store: TableStore, accountId: string, requestId: string): Promise<Key[]> {
  const keys: Key[] = [];
  const query = { table: USAGE, partition: lateReceiptPartition(accountId), sort: { beginsWith: `${requestId}#` } };
  for await (const { tree } of everyItem(store, query)) {
    if (typeof tree === 'string') keys.push({ pk: treesPartition(accountId), sk: tree });
  }
  return keys;
}
