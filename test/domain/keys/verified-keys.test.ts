import { VerifiedKeys } from '../../../lambdas/domain/keys/verified-keys';

const OWNER = { accountId: 'acc_01JD0000000000000000000000', keyId: '01JD0000000000000000000001' };
const NOW = 1_000_000;
const secretOf = (number: number): string => String(number).padStart(43, '0');
const keyOf = (number: number) => ({ keyId: OWNER.keyId, secret: secretOf(number) });

/** Keys from `first` on, each verified a moment ago. */
function remember(verified: VerifiedKeys, first: number, count: number): void {
  for (let number = first; number < first + count; number += 1) verified.add(keyOf(number), OWNER, NOW, Infinity);
}

describe('the cache of verified keys', () => {
  test('the cache holds ten thousand keys and drops the one that was verified longest ago', () => {
    const verified = new VerifiedKeys();
    remember(verified, 0, 10_000);
    expect(verified.find(keyOf(0), NOW)).toEqual(OWNER);
    remember(verified, 10_000, 1);
    expect(verified.find(keyOf(0), NOW)).toBeUndefined();
    expect(verified.find(keyOf(1), NOW)).toEqual(OWNER);
  });

  test('a key that is verified again stays in the cache', () => {
    const verified = new VerifiedKeys();
    remember(verified, 0, 10_000);
    remember(verified, 0, 1);
    remember(verified, 10_000, 1);
    expect(verified.find(keyOf(0), NOW)).toEqual(OWNER);
    expect(verified.find(keyOf(1), NOW)).toBeUndefined();
  });

  test('the cache does not know a cached id with another secret', () => {
    const verified = new VerifiedKeys();
    remember(verified, 0, 1);
    expect(verified.find(keyOf(1), NOW)).toBeUndefined();
  });

  test('forgetting an id drops all its secrets and no other key', () => {
    const verified = new VerifiedKeys();
    remember(verified, 0, 2);
    const other = { keyId: '01JD0000000000000000000002', secret: secretOf(0) };
    verified.add(other, { ...OWNER, keyId: other.keyId }, NOW, Infinity);
    verified.forget(OWNER.keyId);
    expect([verified.find(keyOf(0), NOW), verified.find(keyOf(1), NOW)]).toEqual([undefined, undefined]);
    expect(verified.find(other, NOW)).toEqual({ ...OWNER, keyId: other.keyId });
  });
});
