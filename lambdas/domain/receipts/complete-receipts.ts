import { usagePartitions } from '../../contracts/storage/table-keys/usage';
import { USAGE } from '../../contracts/storage/tables';
import type { UsageRecord } from '../../contracts/storage/usage-record';
import { mergedItems, sortKeyOf } from '../table/merged-items';
import type { TableStore } from '../table/table-store';
import type { Item } from '../table/value';
import { decodeUsageRecord, UsageRecords } from '../usage/records/usage-records';
import { earliestMinute, type SealedTree, SealedTrees } from './sealed-trees';
import { requestedAt } from './late-receipts';
import { type Leaf, leafId } from './leaf';
import { type OpenLeaf, OpenLeaves } from './open-leaves';
import { unpackLeaves } from './packed-leaves';
import { parseReceipt } from './receipt';
import { leafOf, supersedingLeafOf } from './leaf-of-record';

/** The page size in each of an account's partitions. */
const PAGE_ITEMS = 20;
const PUT_LEAVES_MAX = 2_000;
/** It sorts after every minute. */
const LATEST = '~';

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
  const known = await knownReceipts(store, openLeaves, accountId);
  let [opened, missing] = [0, [] as OpenLeaf[]];
  const putMissing = async (): Promise<void> => {
    await openLeaves.put(missing.map(leafId), missing);
    [opened, missing] = [opened + missing.length, []];
  };
  const unreadable: string[] = [];
  for await (const item of recordItemsSince(store, accountId, since)) {
    const requestId = sortKeyOf(item);
    const receipts = await known.take(requestId);
    try {
      const leaf = missingLeaf(decodeUsageRecord(item), receipts);
      if (leaf !== undefined) missing.push(leaf);
    } catch {
      unreadable.push(requestId);
    }
    if (missing.length === PUT_LEAVES_MAX) await putMissing();
  }
  if (missing.length > 0) await putMissing();
  return { opened, unreadable };
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
  const known = await knownReceipts(store, openLeaves, accountId);
  const leaf = missingLeaf(record, await known.take(requestId));
  if (leaf !== undefined) await openLeaves.put([leafId(leaf)], [leaf]);
  return true;
}

async function knownReceipts(store: TableStore, openLeaves: OpenLeaves, accountId: string): Promise<KnownReceipts> {
  const open: Leaf[] = [];
  // Read the open leaves first. A leaf that is sealed in the meantime is then seen twice instead of never.
  for await (const batch of openLeaves.batches()) {
    for (const { accountId: owner, leaves } of batch.accounts()) if (owner === accountId) open.push(...leaves);
  }
  return new KnownReceipts(open, new SealedTrees({ store }).newestFirst(accountId));
}

/** The text of a receipt that has a leaf, or `undefined` if the leaf did not keep it. */
type KnownReceipt = Leaf['text'];

/**
 * The receipts that have leaves. Trees are read only as far back as the request that is asked for, so requests must be
 * taken newest first. In memory are then only the receipts of requests that began earlier and ended later.
 */
class KnownReceipts {
  readonly #trees: AsyncIterator<SealedTree, void>;
  readonly #receipts = new Map<string, readonly KnownReceipt[]>();
  /** The minute of the last tree that was read. It is empty after the oldest one. */
  #minute = LATEST;

  constructor(open: readonly Leaf[], newestFirst: AsyncIterator<SealedTree, void>) {
    this.#trees = newestFirst;
    this.#add(open);
  }

  async take(requestId: string): Promise<readonly KnownReceipt[]> {
    const beganAt = timeOf(requestId);
    if (beganAt === undefined) return [];
    // A request ends after it begins, and no earlier tree can contain its receipt.
    const earliest = earliestMinute(beganAt);
    while (this.#minute >= earliest) {
      const tree = await this.#trees.next();
      this.#minute = tree.done === true ? '' : tree.value.header.minute;
      if (tree.done !== true) this.#add(unpackLeaves(tree.value.packed));
    }
    const receipts = this.#receipts.get(requestId) ?? [];
    this.#receipts.delete(requestId);
    return receipts;
  }

  #add(leaves: readonly Leaf[]): void {
    for (const { requestId, text } of leaves)
      this.#receipts.set(requestId, [text, ...(this.#receipts.get(requestId) ?? [])]);
  }
}

async function* recordItemsSince(store: TableStore, accountId: string, since: number): AsyncGenerator<Item, void> {
  const query = { table: USAGE, newestFirst: true, limit: PAGE_ITEMS };
  for await (const item of mergedItems(store, usagePartitions(accountId), query)) {
    if ((timeOf(sortKeyOf(item)) ?? since) < since) return;
    yield item;
  }
}

/** @returns `undefined` for an ID that no release has made */
function timeOf(requestId: string): number | undefined {
  try {
    return requestedAt(requestId);
  } catch {
    return undefined;
  }
}

/**
 * Decides whether a record needs another leaf. A record that differs from its receipt does not, unless a late settle
 * replaced the record of an expiry.
 */
function missingLeaf(record: UsageRecord, known: readonly KnownReceipt[]): OpenLeaf | undefined {
  if (known.length === 0) return leafOf(record);
  const receipts = known.map((text) => (text === undefined ? undefined : parseReceipt(text)));
  const [expiry] = receipts;
  const isExpiryOnly = expiry !== undefined && receipts.every((receipt) => receipt?.status === 'expired');
  return isExpiryOnly && record.status !== 'expired' ? supersedingLeafOf(expiry, record) : undefined;
}
