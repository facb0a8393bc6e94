import type { Receipt, ReceiptProof, TreeLine } from '../../contracts/storage/receipt';
import type { UsageRecord } from '../../contracts/storage/usage-record';
import type { Clock } from '../clock';
import type { TableStore } from '../table/table-store';
import { SealedTrees, type SealedTree } from './sealed-trees';
import { keysOfLateTrees, lateAfter } from './late-receipts';
import type { Leaf } from './leaf';
import { MerkleTree } from './merkle-tree';
import { unpackLeaves } from './packed-leaves';
import { isReceiptOf, parseReceipt, receiptWithHash } from './receipt';
import { type ReceiptKey, ReceiptKeys } from './receipt-keys';

/** Reads receipts together with their proofs. */
export class Receipts {
  readonly #store: TableStore;
  readonly #keys: ReceiptKeys;

  constructor(options: { readonly store: TableStore; readonly clock: Clock }) {
    this.#store = options.store;
    this.#keys = new ReceiptKeys(options);
  }

  /** @returns `undefined` while the receipt is not sealed */
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
    const trees = new SealedTrees({ store: this.#store });
    yield* trees.oldestFirst(accountId, { since: Date.parse(at) + durationMs, until: lateAfter(requestId) });
    for (const key of await keysOfLateTrees(this.#store, accountId, requestId)) {
      const tree = await trees.get(key);
      if (tree !== undefined) yield tree;
    }
  }
}

/**
 * The receipt of a leaf, or `undefined` if it does not match the current record. A leaf with a text can belong to an
 * expiry whose record has since been replaced. A leaf without a text always matches the record.
 */
function currentReceipt({ text, hash }: Leaf, record: UsageRecord): Receipt | undefined {
  if (text === undefined) return receiptWithHash(record, hash);
  const receipt = parseReceipt(text);
  return isReceiptOf(receipt, record) ? receipt : undefined;
}

function proofOf(receipt: Receipt, index: number, leaves: readonly Leaf[], tree: SealedTree): ReceiptProof {
  const path = new MerkleTree(leaves.map(({ hash }) => hash)).path(index);
  return { receipt, index, path: path.map(hex), ...sealProofOf(tree) };
}

/** The part of a proof that leads from a tree to the signature of its seal. */
export function sealProofOf({ header, index, path, signed }: SealedTree): Omit<TreeLine, 'leaves'> {
  return {
    tree: header,
    treeIndex: index,
    treePath: path.map(hex),
    seal: signed.seal,
    signature: signed.signature.toString('base64'),
  };
}

const hex = (hash: Buffer): string => hash.toString('hex');
