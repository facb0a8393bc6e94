import fc from 'fast-check';
import { inTreeOrder, type Leaf } from '../../../lambdas/domain/receipts/leaf';
import { LeafFilter, packLeaves, readPackedLeaves, unpackLeaves } from '../../../lambdas/domain/receipts/packed-leaves';

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const requestId = fc
  .array(fc.constantFrom(...DIGITS.split('')), { minLength: 26, maxLength: 26 })
  .map((digits) => `req_${digits.join('')}`);
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
const leaf: fc.Arbitrary<Leaf> = fc.oneof(
  fc.record({ requestId, hash }),
  fc.record({ requestId, hash, text: fc.string() }),
);

test('packed leaves are unpacked unchanged and take 49 bytes each, plus their texts', () => {
  fc.assert(
    fc.property(fc.array(leaf, { maxLength: 20 }), (leaves) => {
      const packed = packLeaves(leaves);
      expect(packed['leaves']).toHaveLength(49 * leaves.length);
      expect(unpackLeaves(readPackedLeaves(packed))).toEqual(leaves);
    }),
  );
});

test('a filter recognises leaves among packed ones', () => {
  fc.assert(
    fc.property(fc.array(leaf, { minLength: 1 }), fc.array(leaf), fc.nat(), (leaves, others, at) => {
      const packed = readPackedLeaves(packLeaves(leaves));
      const filter = new LeafFilter([...others, leaves[at % leaves.length]!]);
      expect(filter.mayMatch(packed)).toBe(true);
      expect(new LeafFilter([]).mayMatch(packed)).toBe(false);
    }),
  );
});

test('the lowest and highest request IDs survive packing', () => {
  const ids = ['0', '7', 'Z'].map((digit) => `req_${digit.repeat(26)}`);
  const leaves = ids.map((id) => ({ requestId: id, hash: Buffer.alloc(32, 7) }));
  expect(unpackLeaves(readPackedLeaves(packLeaves(leaves)))).toEqual(leaves);
});

test.each([
  '',
  'req_',
  `req_${'0'.repeat(25)}`,
  `req_${'0'.repeat(27)}`,
  `req_${'I'.repeat(26)}`,
  `acc_${'0'.repeat(26)}`,
])('"%s" is rejected as a request ID', (id) => {
  expect(() => packLeaves([{ requestId: id, hash: Buffer.alloc(32) }])).toThrow(RangeError);
});

test('attributes without valid leaves are rejected', () => {
  expect(() => readPackedLeaves({ leaves: Buffer.alloc(48) })).toThrow('the attributes do not contain packed leaves');
  expect(() => readPackedLeaves({})).toThrow('the attributes do not contain packed leaves');
});

test("a tree's leaves are sorted by request, with superseding ones last", () => {
  const of = (id: string, text?: string): Leaf => ({ requestId: id, hash: Buffer.alloc(32), ...(text && { text }) });
  const [expiry, late, other] = [of('req_1', '{"status":"expired"}'), of('req_1', '{"supersedes":"…"}'), of('req_0')];
  expect(inTreeOrder([late, expiry, other])).toEqual([other, expiry, late]);
});
