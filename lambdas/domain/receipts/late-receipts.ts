import { decodeTime } from 'ulid';
import { lateReceiptKey, lateReceiptPartition, treesPartition } from '../../contracts/storage/table-keys';
import { EXPIRES_AT, USAGE } from '../../contracts/storage/tables';
import type { Put, TableStore } from '../table/table-store';
import { everyItem } from '../table/every-item';
import type { Key } from '../table/value';
import { keyOfTree, type PlacedTree } from './account-tree';

/**
 * A receipt is looked for in the trees of the hour after its request began, and requests take at most a quarter of
 * one. What is sealed later, because something stood still, is noted apart.
 */
const LATE_MS = 3_600_000;
const ID_START = 'req_'.length;

/** Epoch milliseconds: the id of a request tells when it began. */
export const requestedAt = (requestId: string): number => decodeTime(requestId.slice(ID_START));

/** The last moment, in epoch milliseconds, at which a tree holds this request's receipt without a note. */
export const punctualUntil = (requestId: string): number => requestedAt(requestId) + LATE_MS;

/**
 * Notes where the late receipts of a tree are.
 * @param expiresAt epoch seconds
 */
export function noteLateReceipts(placed: PlacedTree, expiresAt: number): Put[] {
  const { header, leaves } = placed;
  const { sk: tree } = keyOfTree(placed);
  const sealedAt = Date.parse(header.minute);
  return leaves
    .filter(({ requestId }) => punctualUntil(requestId) < sealedAt)
    .map(({ requestId }) => ({
      table: USAGE,
      put: { ...lateReceiptKey(header.accountId, requestId, tree), tree, [EXPIRES_AT]: expiresAt },
    }));
}

/** The keys of the trees that hold late receipts of a request. */
export async function treesOfLateReceipts(store: TableStore, accountId: string, requestId: string): Promise<Key[]> {
  const keys: Key[] = [];
  const query = { table: USAGE, partition: lateReceiptPartition(accountId), sort: { beginsWith: `${requestId}#` } };
  for await (const { tree } of everyItem(store, query)) {
    if (typeof tree === 'string') keys.push({ pk: treesPartition(accountId), sk: tree });
  }
  return keys;
}
