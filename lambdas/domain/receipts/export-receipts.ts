import type { Receipt, TreeLine } from '../../contracts/storage/receipt';
import { type Clock, DAY_MS, SECOND_MS } from '../clock';
import type { TableStore } from '../table/table-store';
import { UsageRecords } from '../usage/records/usage-records';
import { SealedTrees, type SealedTree } from './sealed-trees';
import { inParallel } from '../in-parallel';
import { requestedAt } from './late-receipts';
import type { Leaf } from './leaf';
import { unpackLeaves } from './packed-leaves';
import { parseReceipt, receiptWithHash } from './receipt';
import { sealProofOf } from './receipts';

const CONCURRENCY = 32;
/** A record can expire up to a second early because its expiry is stored in whole seconds. */
const ROUNDING_MS = SECOND_MS;

/** A tree with its receipts in order. */
export interface ExportedTree {
  readonly line: TreeLine;
  readonly receipts: readonly Receipt[];
}

export interface ExportOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly retentionDays: number;
}

/**
 * Exports an account's trees, oldest first. The export starts after the last tree with an expired record, because the
 * receipt of an expired record cannot be derived any more. A record that disappeared before its expiry leaves a gap,
 * which the verification reports.
 */
export async function exportReceipts(options: ExportOptions, accountId: string): Promise<ExportedTree[]> {
  const { store, clock, retentionDays } = options;
  const records = new UsageRecords({ store });
  const exported: ExportedTree[] = [];
  for await (const tree of new SealedTrees({ store }).oldestFirst(accountId)) {
    const leaves = unpackLeaves(tree.packed);
    const receipts = await inParallel(leaves, CONCURRENCY, (leaf) => receiptOfLeaf(records, accountId, leaf));
    const expiredBefore = clock() - retentionDays * DAY_MS + ROUNDING_MS;
    const hasExpired = leaves.some(
      ({ requestId }, index) => receipts[index] === undefined && requestedAt(requestId) < expiredBefore,
    );
    if (hasExpired) exported.length = 0;
    else
      exported.push({ line: treeLineOf(tree, leaves), receipts: receipts.filter((receipt) => receipt !== undefined) });
  }
  return exported;
}

async function receiptOfLeaf(records: UsageRecords, accountId: string, leaf: Leaf): Promise<Receipt | undefined> {
  if (leaf.text !== undefined) return parseReceipt(leaf.text);
  const record = await records.get(accountId, leaf.requestId);
  return record && receiptWithHash(record, leaf.hash);
}

const treeLineOf = (tree: SealedTree, leaves: readonly Leaf[]): TreeLine => ({
  ...sealProofOf(tree),
  leaves: leaves.map(({ hash }) => hash.toString('hex')),
});
