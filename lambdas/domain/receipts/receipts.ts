import type { Receipt, ReceiptProof, TreeLine } from '../../contracts/storage/receipt';
import type { UsageRecord } from '../../contracts/storage/usage-record';
import type { Clock } from '../clock';
import type { TableStore } from '../table/table-store';
import { AccountTrees, type SealedTree } from './account-trees';
import { punctualUntil, treesOfLateReceipts } from './late-receipts';
import type { Leaf } from './leaf';
import { MerkleTree } from './merkle-tree';
import { unpackLeaves } from './packed-leaves';
import { parseReceipt, receiptOf, receiptText } from './receipt';
import { type ReceiptKey, ReceiptKeys } from './receipt-keys';

/** Reads receipts with what proves them. */
export class Receipts {
  readonly #store: TableStore;
  readonly #keys: ReceiptKeys;

  constructor(options: { readonly store: TableStore; readonly clock: Clock }) {
    this.#store = options.store;
    this.#keys = new ReceiptKeys(options);
  }

  /** @returns undefined while the receipt is not sealed */
  async find(record: UsageRecord): Promise<ReceiptProof | undefined> {
    for await (const tree of this.#treesWith(record)) {
      const leaves = unpackLeaves(tree.packed);
      for (const [index, leaf] of leaves.entries()) {
        const receipt = leaf.requestId === record.requestId ? currentReceipt(leaf, record) : undefined;
        if (receipt !== undefined) return proofOf(receipt, index, leaves, tree);
      }
    }
    return undefined;
  }

  keys(): Promise<ReceiptKey[]> {
    return this.#keys.list();
  }

  async *#treesWith(record: UsageRecord): AsyncGenerator<SealedTree, void> {
    const { accountId, requestId, at, durationMs } = record;
    const trees = new AccountTrees({ store: this.#store });
    yield* trees.of(accountId, { since: Date.parse(at) + durationMs, until: punctualUntil(requestId) });
    for (const key of await treesOfLateReceipts(this.#store, accountId, requestId)) {
      const tree = await trees.at(key);
      if (tree !== undefined) yield tree;
    }
  }
}

/**
 * The receipt of a leaf, if it is the one of the record as it stands. A leaf with a text may be that of an expiry
 * whose record was replaced since; one without has this record or none.
 */
function currentReceipt({ text }: Leaf, record: UsageRecord): Receipt | undefined {
  if (text === undefined) return receiptOf(record);
  const receipt = parseReceipt(text);
  return receiptText(receiptOf(record, receipt.supersedes)) === text ? receipt : undefined;
}

function proofOf(receipt: Receipt, index: number, leaves: readonly Leaf[], tree: SealedTree): ReceiptProof {
  const path = new MerkleTree(leaves.map(({ hash }) => hash)).path(index);
  return { receipt, index, path: path.map(hex), ...provenBy(tree) };
}

/** What leads from a tree to the signature. */
export function provenBy({ header, index, path, signed }: SealedTree): Omit<TreeLine, 'leaves'> {
  return {
    tree: header,
    treeIndex: index,
    treePath: path.map(hex),
    seal: signed.seal,
    signature: signed.signature.toString('base64'),
  };
}

const hex = (hash: Buffer): string => hash.toString('hex');
