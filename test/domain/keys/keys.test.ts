import { createHash, createHmac } from 'node:crypto';
import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import { KEY_LABEL_CHARACTERS_MAX } from '../../../lambdas/contracts/http/api-keys';
import { apiKeyKey } from '../../../lambdas/contracts/storage/table-keys/keys';
import { KEYS } from '../../../lambdas/contracts/storage/tables';
import { Accounts } from '../../../lambdas/domain/accounts/accounts';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { encodeKey } from '../../../lambdas/domain/keys/key-item';
import { Keys } from '../../../lambdas/domain/keys/keys';
import { encodeSecret } from '../../../lambdas/domain/secret';
import { StoreUnavailable } from '../../../lambdas/domain/table/table-errors';
import type { Get, TableStore } from '../../../lambdas/domain/table/table-store';

const ACCOUNT = 'acc_01JD0000000000000000000000';
const OTHER_ACCOUNT = 'acc_01JD0000000000000000000002';
const PEPPER = 'a pepper of sufficient length';

class Stage {
  now = Date.parse('2026-11-20T10:00:00.000Z');
  readonly clock = (): number => this.now;
  readonly store = EmbeddedStore.memory({ clock: this.clock });
  readonly audit = new AuditLog({ store: this.store, clock: this.clock, sleep: () => Promise.resolve() });
  readonly keys = new Keys({ store: this.store, pepper: PEPPER, clock: this.clock, audit: this.audit });

  static async open(): Promise<Stage> {
    const stage = new Stage();
    for (const accountId of [ACCOUNT, OTHER_ACCOUNT]) await new Accounts(stage).create({ accountId });
    return stage;
  }
}

const withSecret = (key: string, secret: string): string => `${key.slice(0, -43)}${secret}`;

describe('a key', () => {
  test('a valid key identifies its account', async () => {
    const { keys } = await Stage.open();
    const { keyId, key } = await keys.create({ accountId: ACCOUNT, label: 'laptop' });
    expect(key).toMatch(/^tg_[0-9A-HJKMNP-TV-Z]{26}_[0-9A-Za-z]{43}$/);
    expect(await keys.verify(key)).toEqual({ accountId: ACCOUNT, keyId });
  });

  test('promise-15 neither a key nor its secret is stored', async () => {
    const { keys, store } = await Stage.open();
    const puts: unknown[] = [];
    const transact = store.transact.bind(store);
    store.transact = (writes, token) => {
      puts.push(...writes);
      return transact(writes, token);
    };
    const { key } = await keys.create({ accountId: ACCOUNT });
    const stored = JSON.stringify(puts, (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
    const secret = key.slice(-43);
    expect(stored).not.toContain(secret);
    expect(stored).not.toContain(createHash('sha256').update(secret).digest().toString('latin1'));
    expect(stored).toContain('"verifier"');
  });

  test('a revoked key ends at once and for good', async () => {
    const stage = await Stage.open();
    const { keyId, key } = await stage.keys.create({ accountId: ACCOUNT });
    await stage.keys.revoke(keyId);
    expect(await stage.keys.verify(key)).toBeUndefined();
    stage.now += 1_000;
    await stage.keys.revoke(keyId);
    expect(await stage.keys.list(ACCOUNT)).toMatchObject([{ keyId, revokedAt: '2026-11-20T10:00:00.000Z' }]);
    await expect(stage.keys.revoke('01JD0000000000000000000000')).rejects.toMatchObject({ name: 'KeyNotFound' });
  });

  test('a key expires at the end of its validity', async () => {
    const stage = await Stage.open();
    const { key } = await stage.keys.create({ accountId: ACCOUNT, validUntil: stage.now + 1_000 });
    stage.now += 999;
    expect(await stage.keys.verify(key)).toBeDefined();
    stage.now += 1;
    expect(await stage.keys.verify(key)).toBeUndefined();
  });

  test('a valid key is not looked up again for five seconds, and an invalid one always is', async () => {
    const stage = await Stage.open();
    const { key } = await stage.keys.create({ accountId: ACCOUNT });
    const reads = jest.spyOn(stage.store, 'get');
    const readsOf = async (presented: string): Promise<number> => {
      const before = reads.mock.calls.length;
      await stage.keys.verify(presented);
      return reads.mock.calls.length - before;
    };
    expect([await readsOf(key), await readsOf(key)]).toEqual([2, 0]);
    stage.now += 4_999;
    expect(await readsOf(key)).toBe(0);
    const wrong = withSecret(key, 'A'.repeat(43));
    expect([await readsOf(wrong), await readsOf(wrong)]).toEqual([1, 1]);
    stage.now += 1;
    expect(await readsOf(key)).toBe(2);
  });

  test('a key that another process revokes ends within five seconds, even when the clock is set back', async () => {
    const stage = await Stage.open();
    const { key, keyId } = await stage.keys.create({ accountId: ACCOUNT });
    await stage.keys.verify(key);
    await new Keys({ store: stage.store, pepper: PEPPER, clock: stage.clock }).revoke(keyId);
    stage.now -= 60_000;
    expect(await stage.keys.verify(key)).toBeUndefined();
    stage.now += 65_000;
    expect(await stage.keys.verify(key)).toBeUndefined();
  });

  test('promise-15 a listed key shows nothing that could verify it', async () => {
    const stage = await Stage.open();
    const first = await stage.keys.create({ accountId: ACCOUNT, label: 'laptop' });
    stage.now += 1;
    const second = await stage.keys.create({ accountId: ACCOUNT });
    await stage.keys.create({ accountId: OTHER_ACCOUNT });
    expect(await stage.keys.list(ACCOUNT)).toEqual([
      {
        keyId: first.keyId,
        label: 'laptop',
        lastFour: first.key.slice(-4),
        version: 1,
        createdAt: '2026-11-20T10:00:00.000Z',
      },
      { keyId: second.keyId, lastFour: second.key.slice(-4), version: 1, createdAt: '2026-11-20T10:00:00.001Z' },
    ]);
  });

  test('the list of keys contains only keys, whatever else is in the partition', async () => {
    const stage = await Stage.open();
    const { keyId } = await stage.keys.create({ accountId: ACCOUNT });
    await stage.store.write({ table: KEYS, put: { pk: ACCOUNT, sk: 'something else' } });
    expect(await stage.keys.list(ACCOUNT)).toMatchObject([{ keyId }]);
    expect((await stage.keys.page(ACCOUNT, { limit: 10 })).items).toMatchObject([{ keyId }]);
  });

  test('a label has at most a hundred characters', async () => {
    const { keys } = await Stage.open();
    for (const character of ['x', '😀']) {
      await keys.create({ accountId: ACCOUNT, label: character.repeat(KEY_LABEL_CHARACTERS_MAX) });
      const tooLong = keys.create({ accountId: ACCOUNT, label: character.repeat(KEY_LABEL_CHARACTERS_MAX + 1) });
      await expect(tooLong).rejects.toThrow('Too big');
    }
    expect(await keys.list(ACCOUNT)).toHaveLength(2);
  });

  test('a revocation that the store cannot write is reported as failed', async () => {
    const stage = await Stage.open();
    const { keyId } = await stage.keys.create({ accountId: ACCOUNT });
    stage.store.transact = () => Promise.reject(new StoreUnavailable('ECONNRESET'));
    await expect(stage.keys.revoke(keyId)).rejects.toMatchObject({ name: 'ControlPlaneUnavailable' });
  });

  test('a key that disappears before its revocation does not count as revoked', async () => {
    const stage = await Stage.open();
    const { keyId } = await stage.keys.create({ accountId: ACCOUNT });
    const transact = stage.store.transact.bind(stage.store);
    stage.store.transact = async (writes) => {
      await stage.store.write({ table: KEYS, delete: apiKeyKey(keyId) });
      await transact(writes);
    };
    await expect(stage.keys.revoke(keyId)).rejects.toMatchObject({ name: 'TransactionCancelled' });
  });

  test('a key of one deployment is not valid in another with the same table', async () => {
    const stage = await Stage.open();
    const { key } = await stage.keys.create({ accountId: ACCOUNT });
    const other = new Keys({ store: stage.store, pepper: `${PEPPER}!`, clock: stage.clock });
    expect(await other.verify(key)).toBeUndefined();
  });
});

/** Every way in which a key can be invalid. */
async function badKeys(stage: Stage): Promise<readonly (readonly [string, string | undefined])[]> {
  const { key } = await stage.keys.create({ accountId: ACCOUNT });
  const revoked = await stage.keys.create({ accountId: ACCOUNT });
  await stage.keys.revoke(revoked.keyId);
  const endedKey = await stage.keys.create({ accountId: ACCOUNT, validUntil: stage.now });
  return [
    ['none', undefined],
    ['empty', ''],
    ['malformed', 'sk-something-else'],
    ['cut off', key.slice(0, -1)],
    ['with something behind it', `${key}\n`],
    ['far too long', 'x'.repeat(1_000_000)],
    ['unknown', `tg_01JD0000000000000000000000_${key.slice(-43)}`],
    ['wrong', withSecret(key, 'A'.repeat(43))],
    ['the stand-in’s', `tg_${'0'.repeat(26)}_${'0'.repeat(43)}`],
    ['revoked', revoked.key],
    ['ended', endedKey.key],
  ];
}

describe('an invalid key', () => {
  test('a malformed key is refused even if a matching item was planted in the table', async () => {
    const { keys, store } = await Stage.open();
    const planted = { keyId: '0'.repeat(26), accountId: ACCOUNT, salt: new Uint8Array(16), lastFour: '0000' };
    const verifier = createHmac('sha256', PEPPER).update(planted.salt).update('0'.repeat(43)).digest();
    const put = encodeKey({ ...planted, verifier, createdAt: '2026-11-20T10:00:00.000Z' });
    await store.write({ table: KEYS, put });
    expect(await keys.verify(`tg_${'0'.repeat(26)}_${'0'.repeat(43)}`)).toBeDefined();
    expect(await keys.verify('sk-something-else')).toBeUndefined();
    expect(await keys.verify(undefined)).toBeUndefined();
  });

  test('every invalid key is refused in the same way after the same single read', async () => {
    const stage = await Stage.open();
    for (const [what, presented] of await badKeys(stage)) {
      const reads: Get[] = [];
      const counting = Object.assign(Object.create(stage.store) as TableStore, {
        get: (get: Get) => {
          reads.push(get);
          return stage.store.get(get);
        },
      });
      const keys = new Keys({ store: counting, pepper: PEPPER, clock: stage.clock });
      expect([what, await keys.verify(presented), reads.length]).toEqual([what, undefined, 1]);
    }
  });

  test('a key never appears in an error', async () => {
    const stage = await Stage.open();
    const { key } = await stage.keys.create({ accountId: ACCOUNT });
    stage.store.get = () => Promise.reject(new Error('the store is gone'));
    await expect(stage.keys.verify(key)).rejects.toThrow(/^the store is gone$/);
  });
});

test.each(['', 'fifteen letters', new Uint8Array(15)])('keys need a pepper of sufficient length, not %p', (pepper) => {
  const { store, clock } = new Stage();
  expect(() => new Keys({ store, pepper, clock })).toThrow(new RangeError('the pepper needs 16 bytes'));
});

test('a pepper of 16 bytes is enough, as text or as bytes', async () => {
  const { store, clock } = await Stage.open();
  const { key } = await new Keys({ store, pepper: 'sixteen letters!', clock }).create({ accountId: ACCOUNT });
  const pepper = new Uint8Array(Buffer.from('sixteen letters!'));
  expect(await new Keys({ store, pepper, clock }).verify(key)).toMatchObject({ accountId: ACCOUNT });
});

describe('a secret', () => {
  test.each([
    [new Uint8Array(32), '0'.repeat(43)],
    [new Uint8Array(32).fill(255), 'yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1'],
    [Uint8Array.from({ length: 32 }, (_, index) => index), '003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf'],
  ])('a secret writes its 256 bits as one number (%#)', (bytes, secret) => {
    expect(encodeSecret(bytes)).toBe(secret);
  });
});
