import type { KeyRules } from '../../../lambdas/contracts/http/key-rules';
import { apiKeyKey, keyListingKey } from '../../../lambdas/contracts/storage/table-keys/keys';
import { KEYS } from '../../../lambdas/contracts/storage/tables';
import { AccountStage } from '../accounts/account-stage';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const TRUST = 'tru_01JD0000000000000000000007';
const COUNTER_ID = '01JD0000000000000000000007';
const RULES: KeyRules = { models: ['gpt-4.1*'], requestsPerMinute: 10 };

/** A key for a quarter of an hour, whose items expire an hour after it. */
async function prepared({ rules }: { readonly rules: KeyRules | undefined } = { rules: RULES }) {
  const stage = new AccountStage();
  const { accountId } = await stage.account();
  const validUntil = stage.now + 15 * MINUTE_MS;
  const end = validUntil + HOUR_MS;
  const { shown, writes } = stage.keys.prepare({
    accountId,
    validUntil,
    rules,
    createdBy: TRUST,
    counterId: COUNTER_ID,
    expiresAt: end / 1_000,
  });
  const make = () => stage.store.transact(writes);
  return { stage, accountId, validUntil, end, ...shown, make };
}

describe('a key that is prepared for another transaction', () => {
  test('a prepared key is valid only once the transaction is committed', async () => {
    const { stage, accountId, keyId, key, make } = await prepared();
    expect(await stage.keys.verify(key)).toBeUndefined();
    expect(await stage.keys.list(accountId)).toEqual([]);
    await make();
    expect(await stage.keys.verify(key)).toMatchObject({ accountId, keyId });
  });

  test('a prepared key has its rules and uses the given counters', async () => {
    const { stage, accountId, keyId, key, make } = await prepared();
    await make();
    expect(await stage.keys.verify(key)).toEqual({ accountId, keyId, rules: RULES, counterId: COUNTER_ID });
  });

  test('a prepared key is listed with its creator, rules and expiry, and without a label', async () => {
    const { stage, accountId, keyId, key, make } = await prepared();
    await make();
    expect(await stage.keys.list(accountId)).toEqual([
      {
        keyId,
        lastFour: key.slice(-4),
        createdBy: TRUST,
        rules: RULES,
        version: 1,
        createdAt: '2026-11-20T10:00:00.000Z',
        validUntil: '2026-11-20T10:15:00.000Z',
      },
    ]);
  });

  test('a prepared key expires at its time, and is listed until its items expire', async () => {
    const { stage, accountId, validUntil, end, keyId, key, make } = await prepared();
    await make();
    stage.now = validUntil - 1;
    expect(await stage.keys.verify(key)).toBeDefined();
    stage.now = validUntil;
    expect(await stage.keys.verify(key)).toBeUndefined();
    stage.now = end - 1;
    expect(await stage.keys.get(accountId, keyId)).toMatchObject({ keyId });
    stage.now = end;
    expect(await stage.keys.get(accountId, keyId)).toBeUndefined();
  });

  test('both items of a prepared key expire together', async () => {
    const { stage, accountId, end, keyId, make } = await prepared();
    await make();
    const stored = () =>
      Promise.all(
        [apiKeyKey(keyId), keyListingKey(accountId, keyId)].map((key) => stage.engine.get({ table: KEYS, key })),
      );
    stage.now = end - 1;
    expect(await stored()).toMatchObject([{ keyId }, { keyId }]);
    stage.now = end;
    expect(await stored()).toEqual([undefined, undefined]);
  });

  test('a prepared key is revoked and changed like any other', async () => {
    const { stage, accountId, keyId, key, make } = await prepared();
    await make();
    await stage.keys.changeRules({ accountId, keyId, rules: { concurrency: 1 } });
    expect(await stage.keys.verify(key)).toMatchObject({ rules: { concurrency: 1 }, counterId: COUNTER_ID });
    await stage.keys.revoke(keyId, { accountId });
    expect(await stage.keys.verify(key)).toBeUndefined();
  });

  test('a prepared key is not recorded in the audit log', async () => {
    const { stage, accountId, make } = await prepared();
    const before = await stage.events(accountId);
    await make();
    expect(await stage.events(accountId)).toEqual(before);
  });

  test.each([undefined, {}])('a prepared key with the rules %j is allowed everything', async (rules) => {
    const { stage, accountId, keyId, key, make } = await prepared({ rules });
    await make();
    expect(await stage.keys.verify(key)).toEqual({ accountId, keyId, counterId: COUNTER_ID });
  });

  test('a prepared key cannot have invalid rules or be stored twice', async () => {
    await expect(prepared({ rules: { concurrency: 0 } })).rejects.toMatchObject({ name: 'ZodError' });
    const { make } = await prepared();
    await make();
    await expect(make()).rejects.toMatchObject({ name: 'TransactionCancelled' });
  });
});
