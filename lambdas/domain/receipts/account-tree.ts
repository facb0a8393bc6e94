import type { TreeHeader } from '../../contracts/storage/receipt';
import { treeHeaderSchema } from '../../contracts/storage/receipt';
import { treeKey } from '../../contracts/storage/table-keys/receipts';
import { EXPIRES_AT, USAGE } from '../../contracts/storage/tables';
import type { Put } from '../table/table-store';
import type { Item, Key } from '../table/value';
import { canonicalText } from './canonical-text';
import { inTreeOrder, type Leaf } from './leaf';
import { HASH_BYTES, leafHash, MerkleTree } from './merkle-tree';
import { type PackedLeaves, packLeaves, readPackedLeaves } from './packed-leaves';

/** These limits keep an item below DynamoDB's 400 KB: a leaf takes 49 bytes, plus its text if it has one. */
const TREE_LEAVES_MAX = 4_096;
const TREE_TEXT_CHARACTERS_MAX = 150_000;

/** A tree of one account's receipts in one minute. */
export interface AccountTree {
  readonly header: TreeHeader;
  readonly leaves: readonly Leaf[];
}

/** The position of a tree under the root that a seal signs. */
interface SealPosition {
  /** The seal's number. */
  readonly seal: number;
  readonly index: number;
  readonly path: readonly Buffer[];
}

export interface PositionedTree extends AccountTree, SealPosition {}

export interface StoredTree extends SealPosition {
  readonly header: TreeHeader;
  readonly packed: PackedLeaves;
}

/**
 * The canonical text of a header: for version 1, JSON without spaces, with the members in this order. It is hashed as a
 * leaf of the signed tree.
 */
export const headerText = (header: TreeHeader): string =>
  canonicalText(header, ({ version, accountId, number, minute, size, root, previous }) => ({
    version,
    accountId,
    number,
    minute,
    size,
    root,
    previous,
  }));

export const headerHash = (header: TreeHeader): Buffer => leafHash(headerText(header));

/** The tree that an account's next tree must name. */
export type PreviousTree = Pick<TreeHeader, 'number'> & { readonly hash: string };

/** Builds an account's trees for one minute. There is more than one only if the receipts do not fit into one tree. */
export function buildTrees(
  accountId: string,
  minute: string,
  leaves: readonly Leaf[],
  previousTree: PreviousTree | undefined,
): AccountTree[] {
  const trees: AccountTree[] = [];
  let [number, previous] = [previousTree?.number ?? 0, previousTree?.hash ?? null];
  for (const chunk of chunks(inTreeOrder(leaves))) {
    number += 1;
    const root = new MerkleTree(chunk.map(({ hash }) => hash)).root.toString('hex');
    const header: TreeHeader = { version: 1, accountId, number, minute, size: chunk.length, root, previous };
    trees.push({ header, leaves: chunk });
    previous = headerHash(header).toString('hex');
  }
  return trees;
}

function* chunks(leaves: readonly Leaf[]): Generator<Leaf[]> {
  let chunk: Leaf[] = [];
  let characters = 0;
  for (const leaf of leaves) {
    const { text = '' } = leaf;
    if (chunk.length === TREE_LEAVES_MAX || characters + text.length > TREE_TEXT_CHARACTERS_MAX) {
      yield chunk;
      chunk = [];
      characters = 0;
    }
    chunk.push(leaf);
    characters += text.length;
  }
  if (chunk.length > 0) yield chunk;
}

export function keyOfTree({ header, seal }: Pick<PositionedTree, 'header' | 'seal'>): Key {
  const { accountId, minute, number } = header;
  return treeKey(accountId, { minute, seal, number, hash: headerHash(header).toString('hex') });
}

/** @param expiresAt epoch seconds */
export function putTree(tree: PositionedTree, expiresAt: number): Put {
  const { header, leaves, seal, index, path } = tree;
  const item: Item = {
    ...keyOfTree(tree),
    [EXPIRES_AT]: expiresAt,
    header: headerText(header),
    seal,
    index,
    path: Buffer.concat(path),
    ...packLeaves(leaves),
  };
  return { table: USAGE, put: item };
}

/** @throws Error (or ZodError) when the item is not a tree */
export function decodeTree(item: Item): StoredTree {
  const { header, seal, index, path } = item;
  const isTree =
    typeof header === 'string' &&
    typeof seal === 'bigint' &&
    typeof index === 'bigint' &&
    path instanceof Uint8Array &&
    path.length % HASH_BYTES === 0;
  if (!isTree) throw new Error('the item is not a tree of receipts');
  const bytes = Buffer.from(path);
  return {
    header: treeHeaderSchema.parse(JSON.parse(header)),
    packed: readPackedLeaves(item),
    seal: Number(seal),
    index: Number(index),
    path: Array.from({ length: bytes.length / HASH_BYTES }, (_, depth) =>
      bytes.subarray(depth * HASH_BYTES, (depth + 1) * HASH_BYTES),
    ),
  };
}
