import { createHash } from 'node:crypto';

/**
 * The Merkle tree of RFC 6962, section 2.1 (the same in RFC 9162): leaves and nodes are hashed with prefixes of their
 * own, so that neither passes for the other. Of an odd number the last one moves up as it is.
 */
const LEAF_PREFIX = Buffer.of(0x00);
const NODE_PREFIX = Buffer.of(0x01);

export const leafHash = (bytes: Uint8Array | string): Buffer =>
  createHash('sha256').update(LEAF_PREFIX).update(bytes).digest();

const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer =>
  createHash('sha256').update(NODE_PREFIX).update(left).update(right).digest();

export class MerkleTree {
  /** From the leaves' hashes up to the root. */
  readonly #levels: readonly (readonly Buffer[])[];

  /** @param leaves the leaves' hashes, at least one */
  constructor(leaves: readonly Buffer[]) {
    if (leaves.length === 0) throw new RangeError('a tree has at least one leaf');
    const levels = [leaves];
    for (let level = leaves; level.length > 1; levels.push(level)) level = levelAbove(level);
    this.#levels = levels;
  }

  get root(): Buffer {
    const [root] = this.#levels.at(-1) ?? [];
    if (root === undefined) throw new Error('a tree has a root');
    return root;
  }

  /** The siblings on the way from a leaf to the root, the lowest first. */
  path(index: number): Buffer[] {
    if (!Number.isSafeInteger(index) || index < 0 || index >= (this.#levels[0]?.length ?? 0))
      throw new RangeError('there is no such leaf');
    const path: Buffer[] = [];
    let place = index;
    for (const level of this.#levels) {
      const sibling = level[place % 2 === 0 ? place + 1 : place - 1];
      if (sibling !== undefined) path.push(sibling);
      place = Math.floor(place / 2);
    }
    return path;
  }
}

function levelAbove(level: readonly Buffer[]): Buffer[] {
  const above: Buffer[] = [];
  for (let index = 0; index < level.length; index += 2) {
    const [left, right] = [level[index], level[index + 1]];
    if (left !== undefined) above.push(right === undefined ? left : nodeHash(left, right));
  }
  return above;
}

/** Where a leaf is said to be. */
export interface Inclusion {
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly path: readonly Uint8Array[];
}

/**
 * The root that a leaf and its path lead to (RFC 9162, section 2.1.3.2).
 * @returns undefined where a tree of this size has no such path
 */
export function rootOfPath({ leaf, index, size, path }: Inclusion): Buffer | undefined {
  if (index < 0 || index >= size) return undefined;
  let [place, last] = [index, size - 1];
  let root: Buffer = Buffer.from(leaf);
  for (const sibling of path) {
    if (last === 0) return undefined;
    // An only child moves up until it has a sibling.
    while (place === last && place % 2 === 0) [place, last] = [place / 2, Math.floor(last / 2)];
    root = place % 2 === 1 ? nodeHash(sibling, root) : nodeHash(root, sibling);
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 ? root : undefined;
}
