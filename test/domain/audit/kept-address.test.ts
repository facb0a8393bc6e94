import { isIP } from 'node:net';
import fc from 'fast-check';
import { ADDRESS_POLICIES, keptAddressSchema } from '../../../lambdas/contracts/deployment/address-policy';
import { parseIpAddress } from '../../../lambdas/contracts/http/ip-address';
import { keepAddressBy } from '../../../lambdas/domain/audit/kept-address';
import { isInRange } from '../../../lambdas/domain/keys/ip-range';

const SECRET = new Uint8Array(32).fill(7);
const keep = (policy: (typeof ADDRESS_POLICIES)[number], secret = SECRET) => keepAddressBy(policy, secret);

test.each([
  ['192.0.2.77', '192.0.2.0/24', '192.0.2.77'],
  ['::ffff:192.0.2.77', '192.0.2.0/24', '192.0.2.77'],
  ['255.255.255.255', '255.255.255.0/24', '255.255.255.255'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:0:0:0:0:0/48', '2001:db8:1:2:3:4:5:6'],
  ['2001:DB8::1', '2001:db8:0:0:0:0:0:0/48', '2001:db8:0:0:0:0:0:1'],
  ['::1', '0:0:0:0:0:0:0:0/48', '0:0:0:0:0:0:0:1'],
])('the address %s is kept as %s by the policy truncated and as %s by the policy full', (address, network, full) => {
  expect(keep('truncated')(address)).toBe(network);
  expect(keep('full')(address)).toBe(full);
  expect(keep('none')(address)).toBeUndefined();
});

test('a keyed hash shows whether two addresses are of one subscriber, and reveals nothing without the secret', () => {
  const hash = keep('hmac');
  expect(hash('192.0.2.77')).toMatch(/^hmac:[0-9a-f]{32}$/);
  expect(hash('::ffff:192.0.2.77')).toBe(hash('192.0.2.77'));
  expect(hash('192.0.2.78')).not.toBe(hash('192.0.2.77'));
  expect(hash('2001:db8::1')).toBe(hash('2001:db8::2'));
  expect(hash('2001:db8:0:1::1')).not.toBe(hash('2001:db8::1'));
  expect(keep('hmac', new Uint8Array(32))('192.0.2.77')).not.toBe(hash('192.0.2.77'));
});

test.each([undefined, '', 'unknown', '192.0.2.256', '192.0.2.1, 192.0.2.2', '2001:db8::1%eth0'])(
  'text that is not an address (%s) is not kept, whatever the policy',
  (address) => {
    for (const policy of ADDRESS_POLICIES) expect(keep(policy)(address)).toBeUndefined();
  },
);

test('the kept part of any address matches the schema of events and contains the address', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      for (const policy of ['hmac', 'truncated', 'full'] as const)
        expect(keptAddressSchema.safeParse(keep(policy)(address)).success).toBe(true);
      const full = keep('full')(address)!;
      expect(isIP(full)).not.toBe(0);
      expect(parseIpAddress(full)).toEqual(parseIpAddress(address));
      expect(isInRange(address, keep('truncated')(address)!)).toBe(true);
    }),
  );
});
