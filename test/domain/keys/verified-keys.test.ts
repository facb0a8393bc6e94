import { VerifiedKeys } from '../../../lambdas/domain/keys/verified-keys';

const OWNER = { accountId: 'acc_01JD0000000000000000000000', keyId: '01JD0000000000000000000001' };
const NOW = 1_000_000;
const secretOf = (number: number): string => String(number).padStart(43, '0');
const keyOf = (number: number) => ({ keyId: OWNER.keyId, secret: secretOf(number) });

/** Keys from `first` on, each right a moment ago. */
function remember(verified: VerifiedKeys, first: number, count: number): void {
  for (let number = first; number < first + count; number += 1) verified.add(keyOf(number), OWNER, NOW, Infinity);
}

describe('keys that were right a moment ago', () => {
  test('are ten thousand: then the one that was right longest ago is forgotten', () => {
    const verified = new VerifiedKeys();
    remember(verified, 0, 10_000);
    expect(verified.find(keyOf(0), NOW)).toEqual(OWNER);
    remember(verified, 10_000, 1);
    expect(verified.find(keyOf(0), NOW)).toBeUndefined();
    expect(verified.find(keyOf(1), NOW)).toEqual(OWNER);
  });

  test('stay when they were right again', () => {
    const verified = new VerifiedKeys();
    remember(verified, 0, 10_000);
    remember(verified, 0, 1);
    remember(verified, 10_000, 1);
    expect(verified.find(keyOf(0), NOW)).toEqual(OWNER);
    expect(verified.find(keyOf(1), NOW)).toBeUndefined();
  });

  test('are whole keys: the same id with another secret is not known', () => {
    const verified = new VerifiedKeys();
    remember(verified, 0, 1);
    expect(verified.find(keyOf(1), NOW)).toBeUndefined();
  });

  test('are forgotten by their id, all secrets of it, and no others', () => {
    const verified = new VerifiedKeys();
    remember(verified, 0, 2);
    const other = { keyId: '01JD0000000000000000000002', secret: secretOf(0) };
    verified.add(other, { ...OWNER, keyId: other.keyId }, NOW, Infinity);
    verified.forget(OWNER.keyId);
    expect([verified.find(keyOf(0), NOW), verified.find(keyOf(1), NOW)]).toEqual([undefined, undefined]);
    expect(verified.find(other, NOW)).toEqual({ ...OWNER, keyId: other.keyId });
  });
});
