import type { Receipt, TreeLine } from '../../contracts/storage/receipt';
import { MerkleTree } from './merkle-tree';
import { receiptHash } from './receipt';

/** A receipt and its line in a file. */
export interface FoundReceipt {
  readonly line: number;
  readonly receipt: Receipt;
}

/** The faults of a tree and of the receipts that follow it. */
export function treeFaults({ tree, leaves }: TreeLine, found: readonly FoundReceipt[]): string[] {
  const faults: string[] = [];
  const hashes = leaves.map((leaf) => Buffer.from(leaf, 'hex'));
  const isAsSealed = hashes.length === tree.size && new MerkleTree(hashes).root.toString('hex') === tree.root;
  if (!isAsSealed) faults.push('its list of receipts is not the one that was sealed');
  const indexes = new Map(leaves.map((leaf, index) => [leaf, index]));
  const seen = new Set<number>();
  let [unknown, lastIndex] = [0, -1];
  for (const { line, receipt } of found) {
    const index = indexes.get(receiptHash(receipt).toString('hex'));
    const fault =
      index === undefined ? 'was changed or does not belong to this tree' : orderFault(index, lastIndex, seen);
    if (fault !== undefined) faults.push(`line ${line}: the receipt of ${receipt.requestId} ${fault}`);
    if (index === undefined) {
      unknown += 1;
    } else {
      seen.add(index);
      lastIndex = Math.max(index, lastIndex);
    }
  }
  // A changed receipt is reported as unknown, so do not also report it as missing.
  const missing = leaves.length - seen.size - unknown;
  if (missing > 0) faults.push(`${missing} of its ${leaves.length} receipts are missing`);
  return faults;
}

function orderFault(index: number, lastIndex: number, seen: ReadonlySet<number>): string | undefined {
  if (seen.has(index)) return 'is duplicated';
  return index < lastIndex ? 'is out of order' : undefined;
}
