import type { ReceiptProof, Seal, TreeHeader, TreeLine } from '../../contracts/storage/receipt';
import { headerHash } from './account-tree';
import { rootOfPath } from './merkle-tree';
import { receiptHash } from './receipt';
import type { NumberedDocument, ReceiptDocument } from './receipt-document';
import { sealHash, sealText } from './seal';
import { type PublicKeys, signatureFault } from './verify-signature';
import { type FoundReceipt, treeFaults } from './verify-tree';

/** The contents of a file, and the faults in it. */
export interface Verification {
  readonly receipts: number;
  readonly trees: number;
  readonly seals: number;
  /** One message per fault; empty if the file is valid. */
  readonly faults: readonly string[];
}

/** A tree of an export with the receipts that follow it. */
interface FoundTree {
  readonly line: number;
  readonly tree: TreeLine;
  readonly receipts: FoundReceipt[];
}

/** Verifies a file of receipts. It needs nothing but the public keys. */
export function verifyReceipts(documents: readonly NumberedDocument[], keys: PublicKeys): Verification {
  const faults: string[] = [];
  const { trees, proofs } = groupDocuments(documents, faults);
  const seals = new SealCheck(keys);
  const chain = new ChainCheck();
  for (const { line, tree, receipts } of trees) {
    const treeFaultsFound = [...seals.faults(tree), ...chain.faults(tree.tree), ...treeFaults(tree, receipts)];
    faults.push(...treeFaultsFound.map((fault) => `line ${line}: tree ${tree.tree.number}: ${fault}`));
  }
  for (const { line, proof } of proofs) {
    const found = [...proofFaults(proof), ...seals.faults(proof)];
    faults.push(...found.map((fault) => `line ${line}: receipt ${proof.receipt.requestId}: ${fault}`));
  }
  const receiptCount = trees.reduce((sum, { receipts }) => sum + receipts.length, proofs.length);
  const allFaults = [...faults, ...seals.chainFaults()];
  return { receipts: receiptCount, trees: trees.length, seals: seals.count, faults: allFaults };
}

/** Assigns each receipt to its tree and separates proofs. It adds a fault for each line that fits nowhere. */
function groupDocuments(
  documents: readonly NumberedDocument[],
  faults: string[],
): { readonly trees: readonly FoundTree[]; readonly proofs: readonly { line: number; proof: ReceiptProof }[] } {
  const trees: FoundTree[] = [];
  const proofs: { line: number; proof: ReceiptProof }[] = [];
  if (documents.length === 0) faults.push('The file is empty.');
  for (const { line, document } of documents) {
    if (document === undefined) faults.push(`line ${line}: the line is neither a receipt nor a tree`);
    else if (isProof(document)) proofs.push({ line, proof: document });
    else if ('tree' in document) trees.push({ line, tree: document, receipts: [] });
    else {
      const tree = trees.at(-1);
      if (tree === undefined) faults.push(`line ${line}: the receipt has no tree before it`);
      else tree.receipts.push({ line, receipt: document.receipt });
    }
  }
  return { trees, proofs };
}

const isProof = (document: ReceiptDocument): document is ReceiptProof => 'receipt' in document && 'tree' in document;

function proofFaults({ receipt, index, path, tree }: ReceiptProof): string[] {
  const root = rootOfPath({ leaf: receiptHash(receipt), index, size: tree.size, path: path.map(bytes) });
  return root?.toString('hex') === tree.root ? [] : ['it was changed, or does not belong to its tree'];
}

/** Checks that trees are under a signed root, and that the seals form a chain. */
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
    if (tree.minute !== seal.minute) faults.push('its minute differs from that of its seal');
    const fault = signatureFault(seal, signature, this.#keys);
    if (fault !== undefined) faults.push(`its seal ${seal.number} ${fault}`);
    else this.#remember(seal);
    return faults;
  }

  /** The contradictions between the signed seals. Call this after all trees and proofs have been checked. */
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

/** Checks that each account's trees form a chain. The first tree of a file may follow trees that are not in the file. */
class ChainCheck {
  readonly #last = new Map<string, TreeHeader>();

  faults(tree: TreeHeader): string[] {
    const before = this.#last.get(tree.accountId);
    this.#last.set(tree.accountId, tree);
    if (before === undefined) return [];
    const [found, expected] = [tree.number, before.number + 1];
    if (found > expected) return [`the trees ${expected} to ${found - 1} before it are missing`];
    if (found < expected) return [`it is duplicated or out of order: tree ${before.number} comes before it`];
    const follows = tree.previous === headerHash(before).toString('hex');
    return follows ? [] : [`it does not follow tree ${before.number}, which comes before it`];
  }
}

const bytes = (hash: string): Buffer => Buffer.from(hash, 'hex');
