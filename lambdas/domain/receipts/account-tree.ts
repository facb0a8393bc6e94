import type { TreeHeader } from '../../contracts/storage/receipt';
import { treeHeaderSchema } from '../../contracts/storage/receipt';
import { treeKey } from '../../contracts/storage/table-keys';
import { EXPIRES_AT, USAGE } from '../../contracts/storage/tables';
import type { Put } from '../table/table-store';
import type { Item, Key } from '../table/value';
import { inTreeOrder, type Leaf } from './leaf';
import { leafHash, MerkleTree } from './merkle-tree';
import { type PackedLeaves, packLeaves, readPackedLeaves } from './packed-leaves';

/** An item has at most 400 KB; a leaf takes 49 bytes, and those with a text that much more. */
const TREE_LEAVES_MAX = 4_096;
const TREE_TEXT_CHARACTERS_MAX = 150_000;
const HASH_BYTES = 32;

/** A tree of one account's receipts, of one minute. */
export interface AccountTree {
  readonly header: TreeHeader;
  readonly leaves: readonly Leaf[];
}

/** A tree's place under the root that is signed. */
interface Place {
  /** The seal's number. */
  readonly seal: number;
  readonly index: number;
  readonly path: readonly Buffer[];
}

export interface PlacedTree extends AccountTree, Place {}

export interface StoredTree extends Place {
  readonly header: TreeHeader;
  readonly packed: PackedLeaves;
}

/** The one text of a header: JSON without spaces, its members in this order. A leaf of the signed tree. */
export function headerText({ version, accountId, number, minute, size, root, previous }: TreeHeader): string {
  return JSON.stringify({ version, accountId, number, minute, size, root, previous });
}

export const headerHash = (header: TreeHeader): Buffer => leafHash(headerText(header));

/** What the account's next tree follows. */
export type PreviousTree = Pick<TreeHeader, 'number'> & { readonly hash: string };

/** An account's trees of one minute: one, unless there are more receipts than a tree takes. */
export function treesOf(
  accountId: string,
  minute: string,
  leaves: readonly Leaf[],
  before: PreviousTree | undefined,
): AccountTree[] {
  const trees: AccountTree[] = [];
  let [number, previous] = [before?.number ?? 0, before?.hash ?? null];
  for (const part of parts(inTreeOrder(leaves))) {
    number += 1;
    const root = new MerkleTree(part.map(({ hash }) => hash)).root.toString('hex');
    const header: TreeHeader = { version: 1, accountId, number, minute, size: part.length, root, previous };
    trees.push({ header, leaves: part });
    previous = headerHash(header).toString('hex');
  }
  return trees;
}

function* parts(leaves: readonly Leaf[]): Generator<Leaf[]> {
  let part: Leaf[] = [];
  let characters = 0;
  for (const leaf of leaves) {
    const { text = '' } = leaf;
    if (part.length === TREE_LEAVES_MAX || characters + text.length > TREE_TEXT_CHARACTERS_MAX) {
      yield part;
      part = [];
      characters = 0;
    }
    part.push(leaf);
    characters += text.length;
  }
  if (part.length > 0) yield part;
}

export function keyOfTree({ header, seal }: Pick<PlacedTree, 'header' | 'seal'>): Key {
  const { accountId, minute, number } = header;
  return treeKey(accountId, { minute, seal, number, hash: headerHash(header).toString('hex') });
}

/** @param expiresAt epoch seconds */
export function putTree(tree: PlacedTree, expiresAt: number): Put {
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

/** @throws Error, ZodError on an item that is no tree */
export function decodeTree(item: Item): StoredTree {
  const { header, seal, index, path } = item;
  const isTree =
    typeof header === 'string' &&
    typeof seal === 'bigint' &&
    typeof index === 'bigint' &&
    path instanceof Uint8Array &&
    path.length % HASH_BYTES === 0;
  if (!isTree) throw new Error('this is no tree');
  const bytes = Buffer.from(path);
  return {
    header: treeHeaderSchema.parse(JSON.parse(header)),
    packed: readPackedLeaves(item),
    seal: Number(seal),
    index: Number(index),
    path: Array.from({ length: bytes.length / HASH_BYTES }, (_, place) =>
      bytes.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES),
    ),
  };
}
