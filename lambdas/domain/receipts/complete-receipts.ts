import { usagePartitions } from '../../contracts/storage/table-keys';
import { USAGE } from '../../contracts/storage/tables';
import type { UsageRecord } from '../../contracts/storage/usage-record';
import { mergedItems } from '../table/merged-items';
import type { TableStore } from '../table/table-store';
import { decodeUsageRecord } from '../usage/records/usage-records';
import { AccountTrees } from './account-trees';
import { requestedAt } from './late-receipts';
import { type Leaf, leafName } from './leaf';
import { type OpenLeaf, OpenLeaves } from './open-leaves';
import { unpackLeaves } from './packed-leaves';
import { parseReceipt } from './receipt';
import { leafOf, supersedingLeafOf } from './record-changes';

/** Of each of an account's partitions. */
const PAGE_ITEMS = 20;
const PUT_LEAVES_MAX = 2_000;

/**
 * Opens leaves for the records that have none: those whose change was lost on its way, because a local run was killed
 * or a batch of the stream was given up. Without effect for the others, so it may run at any time; while changes are
 * on their way it may at most open what is opened anyway.
 * @param since epoch milliseconds; requests that began before are left alone. @default all that are kept
 * @returns how many it opened
 */
export async function completeReceipts(store: TableStore, accountId: string, since = 0): Promise<number> {
  const openLeaves = new OpenLeaves({ store });
  const known = await knownLeaves(store, openLeaves, accountId, since);
  const missing: OpenLeaf[] = [];
  for await (const record of recordsSince(store, accountId, since)) {
    const leaf = missingLeaf(record, known.get(record.requestId));
    if (leaf !== undefined) missing.push(leaf);
  }
  for (let first = 0; first < missing.length; first += PUT_LEAVES_MAX) {
    const leaves = missing.slice(first, first + PUT_LEAVES_MAX);
    await openLeaves.put(leaves.map(leafName), leaves);
  }
  return missing.length;
}

/** By request: what is sealed, and what waits to be. */
async function knownLeaves(
  store: TableStore,
  openLeaves: OpenLeaves,
  accountId: string,
  since: number,
): Promise<ReadonlyMap<string, readonly Leaf[]>> {
  const known = new Map<string, Leaf[]>();
  const add = (leaf: Leaf): void => void known.set(leaf.requestId, [...(known.get(leaf.requestId) ?? []), leaf]);
  // The open ones first: what is sealed meanwhile is then met twice rather than never.
  for await (const batch of openLeaves.batches()) {
    for (const account of batch.accounts()) if (account.accountId === accountId) account.leaves.forEach(add);
  }
  const trees = new AccountTrees({ store }).of(accountId, { since });
  for await (const { packed } of trees) unpackLeaves(packed).forEach(add);
  return known;
}

async function* recordsSince(store: TableStore, accountId: string, since: number): AsyncGenerator<UsageRecord, void> {
  const query = { table: USAGE, newestFirst: true, limit: PAGE_ITEMS };
  for await (const item of mergedItems(store, usagePartitions(accountId), query)) {
    const record = decodeUsageRecord(item);
    if (requestedAt(record.requestId) < since) return;
    yield record;
  }
}

/** A record that differs from its receipt is no reason for another receipt, unless it took the place of an expiry's. */
function missingLeaf(record: UsageRecord, known: readonly Leaf[] = []): OpenLeaf | undefined {
  if (known.length === 0) return leafOf(record);
  const receipts = known.map(({ text }) => (text === undefined ? undefined : parseReceipt(text)));
  const [expiry] = receipts;
  const isExpiryOnly = expiry !== undefined && receipts.every((receipt) => receipt?.status === 'expired');
  return isExpiryOnly && record.status !== 'expired' ? supersedingLeafOf(expiry, record) : undefined;
}
