import fc from 'fast-check';
import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import { Accounts } from '../../../lambdas/domain/accounts/accounts';
import { Keys } from '../../../lambdas/domain/keys/keys';
import { encodeSecret } from '../../../lambdas/domain/secret';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

test('any text that is not the key is refused', async () => {
  const clock = (): number => Date.parse('2026-11-20T10:00:00.000Z');
  const store = EmbeddedStore.memory({ clock });
  const keys = new Keys({ store, pepper: 'a pepper of sufficient length', clock });
  const { key } = await keys.create({ accountId: await new Accounts({ store, clock }).create() });
  const secret = fc.stringMatching(/^[0-9A-Za-z]{43}$/).map((other) => `${key.slice(0, -43)}${other}`);
  const presented = fc.oneof(fc.string(), secret).filter((other) => other !== key);
  await fc.assert(fc.asyncProperty(presented, async (other) => (await keys.verify(other)) === undefined));
});

test('a secret has 43 characters, and each 256-bit number has its own secret', () => {
  const value = (secret: string): bigint =>
    Array.from(secret).reduce((sum, character) => sum * 62n + BigInt(ALPHABET.indexOf(character)), 0n);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      const secret = encodeSecret(bytes);
      expect(secret).toMatch(/^[0-9A-Za-z]{43}$/);
      expect(value(secret)).toBe(BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
    }),
  );
});
