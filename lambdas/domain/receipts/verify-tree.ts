import type { Receipt, TreeLine } from '../../contracts/storage/receipt';
import { MerkleTree } from './merkle-tree';
import { receiptHash } from './receipt';

/** A receipt as it was found in a file. */
export interface FoundReceipt {
  readonly line: number;
  readonly receipt: Receipt;
}

/** What is wrong with a tree and the receipts that follow it. */
export function treeFaults({ tree, leaves }: TreeLine, found: readonly FoundReceipt[]): string[] {
  const faults: string[] = [];
  const hashes = leaves.map((leaf) => Buffer.from(leaf, 'hex'));
  const isWhole = hashes.length === tree.size && new MerkleTree(hashes).root.toString('hex') === tree.root;
  if (!isWhole) faults.push('its list of receipts is not the one that was sealed');
  const places = new Map(leaves.map((leaf, index) => [leaf, index]));
  const met = new Set<number>();
  let [strangers, lastPlace] = [0, -1];
  for (const { line, receipt } of found) {
    const place = places.get(receiptHash(receipt).toString('hex'));
    const fault = place === undefined ? 'was changed or is not of this tree' : misplacement(place, lastPlace, met);
    if (fault !== undefined) faults.push(`line ${line}: the receipt of ${receipt.requestId} ${fault}`);
    if (place === undefined) {
      strangers += 1;
    } else {
      met.add(place);
      lastPlace = Math.max(place, lastPlace);
    }
  }
  // What was changed is not missing beside that.
  const missing = leaves.length - met.size - strangers;
  if (missing > 0) faults.push(`${missing} of its ${leaves.length} receipts are missing`);
  return faults;
}

function misplacement(place: number, lastPlace: number, met: ReadonlySet<number>): string | undefined {
  if (met.has(place)) return 'is there twice';
  return place < lastPlace ? 'is not in its place' : undefined;
}
