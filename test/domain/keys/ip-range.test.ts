import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { isInRange } from '../../../lambdas/domain/keys/ip-range';

test.each([
  ['192.0.2.1', '192.0.2.0/24', true],
  ['192.0.3.1', '192.0.2.0/24', false],
  ['192.0.2.7', '192.0.2.7/32', true],
  ['192.0.2.8', '192.0.2.7/32', false],
  ['203.0.113.9', '0.0.0.0/0', true],
  // Bits after the prefix are ignored.
  ['10.9.9.9', '10.0.0.5/8', true],
  ['2001:db8:5::9', '2001:db8::/32', true],
  ['2001:db9::', '2001:db8::/32', false],
  ['2001:DB8::ABCD', '2001:db8::abcd/128', true],
  ['::1', '::1/128', true],
  ['::', '::/128', true],
  ['1::', '1:0:0:0:0:0:0:0/128', true],
  ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7::/112', true],
  ['fe80::1:2:3:4', 'fe80::/64', true],
  // An IPv4-mapped address equals the IPv4 address, on either side.
  ['::ffff:192.0.2.1', '192.0.2.0/24', true],
  ['::ffff:c000:201', '192.0.2.0/24', true],
  ['192.0.2.1', '::ffff:192.0.2.0/120', true],
  ['192.0.3.1', '::ffff:192.0.2.0/120', false],
  // Otherwise, addresses of the two families never match.
  ['192.0.2.1', '::/0', false],
  ['192.0.2.1', '::ffff:0:0/80', false],
  ['::1', '0.0.0.0/0', false],
  ['::fffe:192.0.2.1', '192.0.2.0/24', false],
])('whether %s is in %s: %p', (address, range, isIn) => {
  expect(isInRange(address, range)).toBe(isIn);
});

test.each([
  '',
  'nowhere',
  '256.0.0.1',
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.4:443',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4::5:6:7:8',
  '12345::',
  '::g',
  '::1.2.3.4:5',
  '::256.1.1.1',
  ' ::1',
  '::1%eth0',
])('%p is not an address, and is in no range', (address) => {
  expect([isInRange(address, '0.0.0.0/0'), isInRange(address, '::/0')]).toEqual([false, false]);
});

test.each(['', '/8', 'nowhere/8', '256.0.0.0/8', '1::2::3/8'])(
  'the range %p contains no address, because it does not begin with one',
  (range) => {
    expect([isInRange('192.0.2.1', range), isInRange('2001:db8::1', range)]).toEqual([false, false]);
  },
);

test('the check of ranges agrees with Node for every range and address of one family', () => {
  // Node also treats the IPv6 range of mapped addresses as an IPv4 range.
  const v6 = fc.ipV6().map((address) => `2001:${address.replace(/^[^:]*:/, '')}`);
  const pairOf = (address: fc.Arbitrary<string>, bits: number) =>
    fc.tuple(address, address, fc.integer({ min: 0, max: bits }));
  fc.assert(
    fc.property(fc.oneof(pairOf(fc.ipV4(), 32), pairOf(v6, 128)), fc.boolean(), ([base, other, prefix], isNear) => {
      const address = isNear ? base : other;
      fc.pre(isIP(base) !== 0 && isIP(address) !== 0);
      const family = isIP(base) === 4 ? 'ipv4' : 'ipv6';
      const blockList = new BlockList();
      blockList.addSubnet(base, prefix, family);
      expect(isInRange(address, `${base}/${prefix}`)).toBe(blockList.check(address, family));
    }),
  );
});
