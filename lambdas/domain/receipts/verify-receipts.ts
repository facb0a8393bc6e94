import type { ReceiptProof, Seal, TreeHeader, TreeLine } from '../../contracts/storage/receipt';
import { headerHash } from './account-tree';
import { rootOfPath } from './merkle-tree';
import { receiptHash } from './receipt';
import type { PlacedDocument, ReceiptDocument } from './receipt-document';
import { sealHash, sealText } from './seal';
import { type PublicKeys, signatureFault } from './verify-signature';
import { type FoundReceipt, treeFaults } from './verify-tree';

/** What a file holds, and what is wrong with it. */
export interface Verification {
  readonly receipts: number;
  readonly trees: number;
  readonly seals: number;
  /** One line each; none means that all of it is as it was sealed. */
  readonly faults: readonly string[];
}

/** A tree of an export with the receipts behind it. */
interface FoundTree {
  readonly line: number;
  readonly tree: TreeLine;
  readonly receipts: FoundReceipt[];
}

/** Checks a file of receipts against the public keys, and against nothing else. */
export function verifyReceipts(documents: readonly PlacedDocument[], keys: PublicKeys): Verification {
  const faults: string[] = [];
  const { trees, proofs } = sorted(documents, faults);
  const seals = new SealCheck(keys);
  const chain = new ChainCheck();
  for (const { line, tree, receipts } of trees) {
    const fault = (what: string): number => faults.push(`line ${line}: tree ${tree.tree.number}: ${what}`);
    for (const what of [...seals.faults(tree), ...chain.faults(tree.tree), ...treeFaults(tree, receipts)]) fault(what);
  }
  for (const { line, proof } of proofs) {
    const fault = (what: string): number => faults.push(`line ${line}: receipt ${proof.receipt.requestId}: ${what}`);
    for (const what of [...proofFaults(proof), ...seals.faults(proof)]) fault(what);
  }
  const found = trees.reduce((sum, { receipts }) => sum + receipts.length, proofs.length);
  return { receipts: found, trees: trees.length, seals: seals.count, faults: [...faults, ...seals.chainFaults()] };
}

function sorted(
  documents: readonly PlacedDocument[],
  faults: string[],
): { readonly trees: readonly FoundTree[]; readonly proofs: readonly { line: number; proof: ReceiptProof }[] } {
  const trees: FoundTree[] = [];
  const proofs: { line: number; proof: ReceiptProof }[] = [];
  if (documents.length === 0) faults.push('There is nothing in it.');
  for (const { line, document } of documents) {
    if (document === undefined) faults.push(`line ${line}: this is no receipt and no tree`);
    else if (isProof(document)) proofs.push({ line, proof: document });
    else if ('tree' in document) trees.push({ line, tree: document, receipts: [] });
    else {
      const tree = trees.at(-1);
      if (tree === undefined) faults.push(`line ${line}: a receipt without its tree before it`);
      else tree.receipts.push({ line, receipt: document.receipt });
    }
  }
  return { trees, proofs };
}

const isProof = (document: ReceiptDocument): document is ReceiptProof => 'receipt' in document && 'tree' in document;

function proofFaults({ receipt, index, path, tree }: ReceiptProof): string[] {
  const root = rootOfPath({ leaf: receiptHash(receipt), index, size: tree.size, path: path.map(bytes) });
  return root?.toString('hex') === tree.root ? [] : ['it was changed, or is not of its tree'];
}

/** Whether trees are under a signed root, and whether the seals follow each other. */
class SealCheck {
  readonly #keys: PublicKeys;
  readonly #seals = new Map<number, Seal>();
  readonly #faults = new Set<string>();

  constructor(keys: PublicKeys) {
    this.#keys = keys;
  }

  get count(): number {
    return this.#seals.size;
  }

  faults({ tree, treeIndex, treePath, seal, signature }: Omit<TreeLine, 'leaves'>): string[] {
    const faults: string[] = [];
    const path = treePath.map(bytes);
    const root = rootOfPath({ leaf: headerHash(tree), index: treeIndex, size: seal.size, path });
    if (root?.toString('hex') !== seal.root) faults.push('its header was changed, or is not under its seal');
    if (tree.minute !== seal.minute) faults.push('its minute is not that of its seal');
    const fault = signatureFault(seal, signature, this.#keys);
    if (fault !== undefined) faults.push(`its seal ${seal.number} ${fault}`);
    else this.#remember(seal);
    return faults;
  }

  /** What the signed seals say against each other. */
  chainFaults(): string[] {
    for (const seal of this.#seals.values()) {
      const before = this.#seals.get(seal.number - 1);
      if (before !== undefined && seal.previous !== sealHash(before))
        this.#faults.add(`seal ${seal.number} does not follow seal ${before.number}`);
      if (before !== undefined && seal.minute < before.minute)
        this.#faults.add(`seal ${seal.number} is older than seal ${before.number}`);
    }
    return [...this.#faults];
  }

  #remember(seal: Seal): void {
    const other = this.#seals.get(seal.number) ?? seal;
    if (sealText(other) !== sealText(seal)) this.#faults.add(`there are two different seals ${seal.number}`);
    this.#seals.set(seal.number, seal);
  }
}

/** Whether each account's trees follow each other. The first one of a file may follow trees that are not in it. */
class ChainCheck {
  readonly #last = new Map<string, TreeHeader>();

  faults(tree: TreeHeader): string[] {
    const before = this.#last.get(tree.accountId);
    this.#last.set(tree.accountId, tree);
    if (before === undefined) return [];
    const [found, expected] = [tree.number, before.number + 1];
    if (found > expected) return [`the trees ${expected} to ${found - 1} before it are missing`];
    if (found < expected) return [`it is there twice or not in its place: tree ${before.number} is before it`];
    const follows = tree.previous === headerHash(before).toString('hex');
    return follows ? [] : [`it does not follow the tree ${before.number} before it`];
  }
}

const bytes = (hash: string): Buffer => Buffer.from(hash, 'hex');
