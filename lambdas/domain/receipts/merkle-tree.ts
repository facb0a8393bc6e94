import { createHash } from 'node:crypto';

/**
 * The Merkle tree of RFC 6962, section 2.1 (unchanged in RFC 9162). Leaves and nodes are hashed with different prefixes,
 * so that one cannot be presented as the other. If a level has an odd number of nodes, the last one moves up unchanged.
 */
const LEAF_PREFIX = Buffer.of(0x00);
const NODE_PREFIX = Buffer.of(0x01);

/** The length of a SHA-256 hash. */
export const HASH_BYTES = 32;

export const leafHash = (bytes: Uint8Array | string): Buffer =>
  createHash('sha256').update(LEAF_PREFIX).update(bytes).digest();

const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer =>
  createHash('sha256').update(NODE_PREFIX).update(left).update(right).digest();

export class MerkleTree {
  /** From the hashes of the leaves up to the root. */
  readonly #levels: readonly (readonly Buffer[])[];

  /**
   * @param leaves the hashes of the leaves
   * @throws RangeError when there are no leaves
   */
  constructor(leaves: readonly Buffer[]) {
    if (leaves.length === 0) throw new RangeError('a tree must have at least one leaf');
    const levels = [leaves];
    for (let level = leaves; level.length > 1; levels.push(level)) level = parentLevel(level);
    this.#levels = levels;
  }

  get root(): Buffer {
    const [root] = this.#levels.at(-1) ?? [];
    if (root === undefined) throw new Error('a tree always has a root');
    return root;
  }

  /**
   * The siblings on the path from a leaf to the root, lowest first.
   * @throws RangeError when the index is not that of a leaf
   */
  path(index: number): Buffer[] {
    if (!Number.isSafeInteger(index) || index < 0 || index >= (this.#levels[0]?.length ?? 0))
      throw new RangeError('the tree has no leaf with this index');
    const path: Buffer[] = [];
    let position = index;
    for (const level of this.#levels) {
      const sibling = level[position % 2 === 0 ? position + 1 : position - 1];
      if (sibling !== undefined) path.push(sibling);
      position = Math.floor(position / 2);
    }
    return path;
  }
}

function parentLevel(level: readonly Buffer[]): Buffer[] {
  const parents: Buffer[] = [];
  for (let index = 0; index < level.length; index += 2) {
    const [left, right] = [level[index], level[index + 1]];
    if (left !== undefined) parents.push(right === undefined ? left : nodeHash(left, right));
  }
  return parents;
}

/** A claim that a leaf is at an index of a tree with `size` leaves. */
export interface Inclusion {
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly path: readonly Uint8Array[];
}

/**
 * Computes the root from a leaf and its path (RFC 9162, section 2.1.3.2).
 * @returns `undefined` if a tree of this size has no such path
 */
export function rootOfPath({ leaf, index, size, path }: Inclusion): Buffer | undefined {
  if (index < 0 || index >= size) return undefined;
  let [position, last] = [index, size - 1];
  let root: Buffer = Buffer.from(leaf);
  for (const sibling of path) {
    if (last === 0) return undefined;
    // A node without a sibling moves up unchanged until it has one.
    while (position === last && position % 2 === 0) [position, last] = [position / 2, Math.floor(last / 2)];
    root = position % 2 === 1 ? nodeHash(sibling, root) : nodeHash(root, sibling);
    [position, last] = [Math.floor(position / 2), Math.floor(last / 2)];
  }
  return last === 0 ? root : undefined;
}
