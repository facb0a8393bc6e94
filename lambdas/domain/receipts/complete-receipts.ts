import { usagePartitions } from '../../contracts/storage/table-keys';
import { USAGE } from '../../contracts/storage/tables';
import type { UsageRecord } from '../../contracts/storage/usage-record';
import { mergedItems, sortKeyOf } from '../table/merged-items';
import type { TableStore } from '../table/table-store';
import type { Item } from '../table/value';
import { decodeUsageRecord, UsageRecords } from '../usage/records/usage-records';
import { SealedTrees } from './sealed-trees';
import { requestedAt } from './late-receipts';
import { type Leaf, leafId } from './leaf';
import { type OpenLeaf, OpenLeaves } from './open-leaves';
import { unpackLeaves } from './packed-leaves';
import { parseReceipt } from './receipt';
import { leafOf, supersedingLeafOf } from './leaf-of-record';

/** The page size in each of an account's partitions. */
const PAGE_ITEMS = 20;
const PUT_LEAVES_MAX = 2_000;

export interface Completion {
  /** The number of leaves that were opened. */
  readonly opened: number;
  /** The request IDs of the records that this release cannot read. They get no leaf. */
  readonly unreadable: readonly string[];
}

/**
 * Opens the missing leaves of usage records. A leaf can be missing if the record's change was lost, because a local host
 * was killed or because Lambda discarded a batch of the stream. It is safe to run at any time: a change that is still on
 * its way opens the same leaf, and the sealer removes the duplicate.
 * @param since epoch milliseconds; requests that began earlier are ignored. @default all stored records
 */
export async function completeReceipts(store: TableStore, accountId: string, since = 0): Promise<Completion> {
  const openLeaves = new OpenLeaves({ store });
  const known = await knownLeaves(store, openLeaves, accountId, since);
  const missing: OpenLeaf[] = [];
  const unreadable: string[] = [];
  for await (const item of recordItemsSince(store, accountId, since)) {
    try {
      const record = decodeUsageRecord(item);
      const leaf = missingLeaf(record, known.get(record.requestId));
      if (leaf !== undefined) missing.push(leaf);
    } catch {
      unreadable.push(sortKeyOf(item));
    }
  }
  for (let first = 0; first < missing.length; first += PUT_LEAVES_MAX) {
    const leaves = missing.slice(first, first + PUT_LEAVES_MAX);
    await openLeaves.put(leaves.map(leafId), leaves);
  }
  return { opened: missing.length, unreadable };
}

/**
 * Opens the leaf of one usage record, unless it has one.
 * @returns false if there is no such record
 * @throws when the record cannot be read
 */
export async function completeReceipt(store: TableStore, accountId: string, requestId: string): Promise<boolean> {
  const record = await new UsageRecords({ store }).get(accountId, requestId);
  if (record === undefined) return false;
  const openLeaves = new OpenLeaves({ store });
  const known = await knownLeaves(store, openLeaves, accountId, requestedAt(requestId));
  const leaf = missingLeaf(record, known.get(requestId));
  if (leaf !== undefined) await openLeaves.put([leafId(leaf)], [leaf]);
  return true;
}

/** The sealed and open leaves by request ID. */
async function knownLeaves(
  store: TableStore,
  openLeaves: OpenLeaves,
  accountId: string,
  since: number,
): Promise<ReadonlyMap<string, readonly Leaf[]>> {
  const known = new Map<string, Leaf[]>();
  const add = (leaf: Leaf): void => void known.set(leaf.requestId, [...(known.get(leaf.requestId) ?? []), leaf]);
  // Read the open leaves first. A leaf that is sealed in the meantime is then seen twice instead of never.
  for await (const batch of openLeaves.batches()) {
    for (const account of batch.accounts()) if (account.accountId === accountId) account.leaves.forEach(add);
  }
  const trees = new SealedTrees({ store }).oldestFirst(accountId, { since });
  for await (const { packed } of trees) unpackLeaves(packed).forEach(add);
  return known;
}

async function* recordItemsSince(store: TableStore, accountId: string, since: number): AsyncGenerator<Item, void> {
  const query = { table: USAGE, newestFirst: true, limit: PAGE_ITEMS };
  for await (const item of mergedItems(store, usagePartitions(accountId), query)) {
    if (beganBefore(since, item)) return;
    yield item;
  }
}

function beganBefore(since: number, item: Item): boolean {
  try {
    return requestedAt(sortKeyOf(item)) < since;
  } catch {
    return false;
  }
}

/**
 * Decides whether a record needs another leaf. A record that differs from its receipt does not, unless a late settle
 * replaced the record of an expiry.
 */
function missingLeaf(record: UsageRecord, known: readonly Leaf[] = []): OpenLeaf | undefined {
  if (known.length === 0) return leafOf(record);
  const receipts = known.map(({ text }) => (text === undefined ? undefined : parseReceipt(text)));
  const [expiry] = receipts;
  const isExpiryOnly = expiry !== undefined && receipts.every((receipt) => receipt?.status === 'expired');
  return isExpiryOnly && record.status !== 'expired' ? supersedingLeafOf(expiry, record) : undefined;
}
