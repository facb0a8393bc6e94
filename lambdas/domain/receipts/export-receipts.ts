import type { Receipt, TreeLine } from '../../contracts/storage/receipt';
import type { Clock } from '../clock';
import type { TableStore } from '../table/table-store';
import { UsageRecords } from '../usage/records/usage-records';
import { AccountTrees, type SealedTree } from './account-trees';
import { inParallel } from './in-parallel';
import { requestedAt } from './late-receipts';
import type { Leaf } from './leaf';
import { unpackLeaves } from './packed-leaves';
import { parseReceipt, receiptOf } from './receipt';
import { provenBy } from './receipts';

const AT_ONCE = 32;
const DAY_MS = 86_400_000;
/** A record ends up to a second early: its end is kept in whole seconds. */
const ROUNDING_MS = 1_000;

/** A tree with its receipts, in order. */
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
 * An account's trees, the oldest first, as far back as all of their receipts can be made again: at the edge of the
 * retention a record is gone before its tree is. A record that is gone before its time leaves a gap, which is found.
 */
export async function exportReceipts(options: ExportOptions, accountId: string): Promise<ExportedTree[]> {
  const { store, clock, retentionDays } = options;
  const records = new UsageRecords({ store });
  const exported: ExportedTree[] = [];
  for await (const tree of new AccountTrees({ store }).of(accountId)) {
    const leaves = unpackLeaves(tree.packed);
    const receipts = await inParallel(leaves, AT_ONCE, (leaf) => receiptOfLeaf(records, accountId, leaf));
    const endedBefore = clock() - retentionDays * DAY_MS + ROUNDING_MS;
    const isOver = leaves.some(
      ({ requestId }, index) => receipts[index] === undefined && requestedAt(requestId) < endedBefore,
    );
    if (isOver) exported.length = 0;
    else exported.push({ line: lineOf(tree, leaves), receipts: receipts.filter((receipt) => receipt !== undefined) });
  }
  return exported;
}

async function receiptOfLeaf(records: UsageRecords, accountId: string, leaf: Leaf): Promise<Receipt | undefined> {
  if (leaf.text !== undefined) return parseReceipt(leaf.text);
  const record = await records.get(accountId, leaf.requestId);
  return record && receiptOf(record);
}

const lineOf = (tree: SealedTree, leaves: readonly Leaf[]): TreeLine => ({
  ...provenBy(tree),
  leaves: leaves.map(({ hash }) => hash.toString('hex')),
});
