import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { leafHash, MerkleTree, rootOfPath } from '../../../lambdas/domain/receipts/merkle-tree';

const sha256 = (...parts: readonly Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
const node = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.of(1), left, right);

/** MTH of RFC 6962, section 2.1, implemented literally: it splits at the largest power of two below the leaf count. */
function definedRoot(leaves: readonly Uint8Array[]): Buffer {
  const [only] = leaves;
  if (only !== undefined && leaves.length === 1) return sha256(Buffer.of(0), only);
  const k = splitOf(leaves.length);
  return node(definedRoot(leaves.slice(0, k)), definedRoot(leaves.slice(k)));
}

/** PATH of RFC 6962, section 2.1.1. */
function definedPath(index: number, leaves: readonly Uint8Array[]): Buffer[] {
  if (leaves.length === 1) return [];
  const k = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return index < k
    ? [...definedPath(index, left), definedRoot(right)]
    : [...definedPath(index - k, right), definedRoot(left)];
}

const splitOf = (count: number): number => 2 ** Math.floor(Math.log2(count - 1));

const someLeaves = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 70 });
const treeOf = (leaves: readonly Uint8Array[]): MerkleTree => new MerkleTree(leaves.map((leaf) => leafHash(leaf)));

/** The reference leaves and roots of Certificate Transparency implementations. */
const KNOWN_LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'));
const KNOWN_ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('a Merkle tree', () => {
  test.each(KNOWN_ROOTS.map((root, index) => [index + 1, root] as const))(
    'a Merkle tree of %i known leaves has the known root',
    (size, root) => {
      expect(treeOf(KNOWN_LEAVES.slice(0, size)).root.toString('hex')).toBe(root);
    },
  );

  test('a Merkle tree has the roots and paths that RFC 6962 defines', () => {
    fc.assert(
      fc.property(someLeaves, (leaves) => {
        const tree = treeOf(leaves);
        expect(tree.root).toEqual(definedRoot(leaves));
        leaves.forEach((_, index) => expect(tree.path(index)).toEqual(definedPath(index, leaves)));
      }),
    );
  });

  test('a path proves each leaf at its own index only', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 40, selector: String }),
        fc.nat(39),
        (leaves, at) => {
          const index = at % leaves.length;
          const tree = treeOf(leaves);
          const inclusion = { leaf: leafHash(leaves[index]!), index, size: leaves.length, path: tree.path(index) };
          expect(rootOfPath(inclusion)).toEqual(tree.root);
          for (let other = 0; other < leaves.length; other += 1) {
            if (other !== index) expect(rootOfPath({ ...inclusion, index: other })).not.toEqual(tree.root);
          }
        },
      ),
    );
  });

  test('a path that is longer, shorter or altered proves nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 50 }), fc.nat(49), fc.nat(), (size, at, bit) => {
        const leaves = Array.from({ length: size }, (_, leaf) => Buffer.of(leaf));
        const index = at % size;
        const tree = treeOf(leaves);
        const path = tree.path(index);
        const rootBy = (other: readonly Buffer[]) =>
          rootOfPath({ leaf: leafHash(leaves[index]!), index, size, path: other });
        const changed = path.map((hash) => Buffer.from(hash));
        const bitIndex = bit % (path.length * 256);
        changed[Math.floor(bitIndex / 256)]![Math.floor(bitIndex / 8) % 32]! ^= 1 << (bitIndex % 8);
        expect(rootBy([...path, tree.root])).toBeUndefined();
        expect(rootBy(path.slice(0, -1))).toBeUndefined();
        expect(rootBy(changed)).not.toEqual(tree.root);
      }),
    );
  });

  test('a node does not pass for a leaf', () => {
    const [left, right] = [Buffer.of(1), Buffer.of(2)].map((leaf) => leafHash(leaf));
    const inner = Buffer.concat([left!, right!]);
    expect(leafHash(inner)).not.toEqual(new MerkleTree([left!, right!]).root);
  });

  test('a Merkle tree rejects an empty list of leaves and an index out of range', () => {
    expect(() => new MerkleTree([])).toThrow(RangeError);
    expect(() => treeOf([Buffer.of(1)]).path(1)).toThrow(RangeError);
    expect(rootOfPath({ leaf: leafHash('a'), index: 1, size: 1, path: [] })).toBeUndefined();
  });
});
