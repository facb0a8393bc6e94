import { countKey } from '../../../lambdas/contracts/storage/table-keys/accounts';
import { ACCOUNTS } from '../../../lambdas/contracts/storage/tables';
import { KEYS_PER_ACCOUNT_AND_DAY_MAX } from '../../../lambdas/domain/keys/preconditions';
import { AccountStage } from '../accounts/account-stage';

async function withKey(request: { readonly validUntil?: number } = {}) {
  const stage = new AccountStage();
  const { accountId, owner: actor } = await stage.account();
  const { keyId, key } = await stage.keys.create({ accountId, actor, label: 'laptop', ...request });
  return { stage, accountId, actor, keyId, key };
}

describe('a key', () => {
  test('a key names its creator, and its creation is recorded', async () => {
    const { stage, accountId, actor, keyId } = await withKey();
    expect(await stage.keys.get(accountId, keyId)).toMatchObject({ label: 'laptop', createdBy: actor.personId });
    expect((await stage.events(accountId)).at(-1)).toMatchObject({
      action: 'key.create',
      actor: actor.personId,
      target: keyId,
    });
  });

  test('a key and an account that a command creates are recorded as the deployment’s actions', async () => {
    const stage = new AccountStage();
    const accountId = await stage.accounts.create();
    const { keyId } = await stage.keys.create({ accountId });
    expect(await stage.keys.get(accountId, keyId)).not.toHaveProperty('createdBy');
    expect((await stage.events(accountId)).map(({ actor, action, target }) => [actor, action, target])).toEqual([
      ['deployment', 'account.create', accountId],
      ['deployment', 'key.create', keyId],
    ]);
    // Creating the same account again has no effect, so there is no event.
    await stage.accounts.create({ accountId });
    expect(await stage.verify(accountId)).toEqual({ events: 2, faults: [] });
  });

  test('the event of a key records its expiry, if it has one', async () => {
    const { stage, accountId, actor } = await withKey({ validUntil: Date.parse('2026-11-20T10:30:00.000Z') });
    await stage.keys.create({ accountId, actor });
    const [, ending, endless] = await stage.events(accountId);
    expect(ending?.after).toEqual({ validUntil: '2026-11-20T10:30:00.000Z' });
    expect(endless).not.toHaveProperty('after');
  });

  test('promise-20 a key cannot be created before its owner attests to being 18', async () => {
    const stage = new AccountStage();
    const { personId } = await stage.people.ofSubject('young');
    const accountId = await stage.accounts.create({ ownerId: personId });
    const request = { accountId, actor: { kind: 'member', personId, role: 'owner' } as const };
    await expect(stage.keys.create(request)).rejects.toMatchObject({ code: 'attestation_required', status: 403 });
    expect(await stage.keys.list(accountId)).toEqual([]);
    await stage.people.attestAdult(personId);
    await stage.keys.create(request);
    expect(await stage.keys.list(accountId)).toHaveLength(1);
  });

  test('a key cannot be created in a suspended account, or in one that does not exist', async () => {
    const { stage, accountId, actor, keyId } = await withKey();
    await stage.accounts.suspend({ accountId, reason: 'security', actor: await stage.operator() });
    await expect(stage.keys.create({ accountId, actor })).rejects.toMatchObject({ code: 'account_suspended' });
    await expect(stage.keys.rotate({ accountId, keyId, graceMs: 0, actor })).rejects.toMatchObject({
      code: 'account_suspended',
    });
    await expect(stage.keys.create({ accountId: 'acc_01JD0000000000000000000000' })).rejects.toMatchObject({
      code: 'account_not_found',
    });
  });

  test('a key cannot be administered by another account', async () => {
    const { stage, accountId, actor, keyId, key } = await withKey();
    const { accountId: foreign, owner: foreigner } = await stage.account();
    const theirs = { accountId: foreign, actor: foreigner };
    await expect(stage.keys.revoke(keyId, theirs)).rejects.toMatchObject({ code: 'key_not_found' });
    await expect(stage.keys.rotate({ ...theirs, keyId, graceMs: 0 })).rejects.toMatchObject({ code: 'key_not_found' });
    expect(await stage.keys.get(foreign, keyId)).toBeUndefined();
    expect(await stage.keys.verify(key)).toBeDefined();
    await stage.keys.revoke(keyId, { accountId, actor });
    await stage.keys.revoke(keyId, { accountId, actor });
    expect(await stage.keys.verify(key)).toBeUndefined();
    const actions = (await stage.events(accountId)).map(({ action }) => action);
    expect(actions).toEqual(['account.create', 'key.create', 'key.revoke']);
  });

  test('a revoked key is listed as revoked, and its event names it', async () => {
    const { stage, accountId, actor, keyId } = await withKey();
    await stage.keys.revoke(keyId, { accountId, actor });
    expect(await stage.keys.get(accountId, keyId)).toMatchObject({ revokedAt: '2026-11-20T10:00:00.000Z' });
    expect((await stage.events(accountId)).at(-1)).toMatchObject({ actor: actor.personId, target: keyId });
  });

  test('the members of an account can create a limited number of keys a day, and its commands any number', async () => {
    const { stage, accountId, actor, keyId } = await withKey();
    const count = countKey(accountId, 'keys', '2026-11-20');
    const made = BigInt(KEYS_PER_ACCOUNT_AND_DAY_MAX - 1);
    await stage.engine.write({ table: ACCOUNTS, update: count, change: { set: { made } } });
    await stage.keys.create({ accountId, actor });
    const refusal = { name: 'TooManyKeys', code: 'too_many_keys', retryAfterSeconds: 14 * 3_600 };
    await expect(stage.keys.create({ accountId, actor })).rejects.toMatchObject(refusal);
    await expect(stage.keys.rotate({ accountId, keyId, graceMs: 0, actor })).rejects.toMatchObject(refusal);
    await stage.keys.create({ accountId, payer: actor.personId });
    stage.now = Date.parse('2026-11-21T00:00:00.000Z');
    await stage.keys.create({ accountId, actor });
    expect(await stage.keys.list(accountId)).toHaveLength(4);
  });

  test('keys are listed page by page', async () => {
    const { stage, accountId, actor, keyId } = await withKey();
    stage.now += 1;
    const second = await stage.keys.create({ accountId, actor });
    const page = await stage.keys.page(accountId, { limit: 1 });
    expect(page.items).toMatchObject([{ keyId }]);
    const rest = await stage.keys.page(accountId, { limit: 10, after: page.next });
    expect(rest.items).toMatchObject([{ keyId: second.keyId }]);
    expect(rest.next).toBeUndefined();
  });
});
