import { apiKeyKey, keyListingKey } from '../../../lambdas/contracts/storage/table-keys';
import { KEYS } from '../../../lambdas/contracts/storage/tables';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { KeySuspensions } from '../../../lambdas/domain/keys/key-suspensions';
import { ROTATION_GRACE_MS_MAX } from '../../../lambdas/domain/keys/rotate-key';
import { AccountStage } from '../accounts/account-stage';

const HOUR_MS = 3_600_000;

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

  test('a key cannot be created before its owner attests to being 18', async () => {
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

describe('a rotated key', () => {
  test('a rotated key works beside its successor until its grace period is over', async () => {
    const { stage, accountId, actor, keyId, key } = await withKey();
    const next = await stage.keys.rotate({ accountId, keyId, graceMs: HOUR_MS, actor });
    expect([await stage.keys.verify(key), await stage.keys.verify(next.key)]).toEqual([
      { accountId, keyId },
      { accountId, keyId: next.keyId },
    ]);
    stage.now += HOUR_MS;
    expect([await stage.keys.verify(key), await stage.keys.verify(next.key)]).toEqual([
      undefined,
      { accountId, keyId: next.keyId },
    ]);
    const listed = await stage.keys.list(accountId);
    expect(listed).toHaveLength(2);
    expect(listed).toContainEqual(
      expect.objectContaining({ keyId, replacedBy: next.keyId, validUntil: '2026-11-20T11:00:00.000Z' }),
    );
    expect(listed).toContainEqual(expect.objectContaining({ keyId: next.keyId, replaces: keyId, label: 'laptop' }));
    expect((await stage.events(accountId)).at(-1)).toMatchObject({
      action: 'key.rotate',
      target: keyId,
      after: { replacedBy: next.keyId },
    });
  });

  test('a key that is rotated without grace ends at once, even where it was just verified', async () => {
    const { stage, accountId, actor, keyId, key } = await withKey();
    await stage.keys.verify(key);
    await stage.keys.rotate({ accountId, keyId, graceMs: 0, actor });
    expect(await stage.keys.verify(key)).toBeUndefined();
  });

  test('rotation prolongs neither the key nor its successor', async () => {
    const validUntil = Date.parse('2026-11-20T10:30:00.000Z');
    const { stage, accountId, actor, keyId, key } = await withKey({ validUntil });
    const next = await stage.keys.rotate({ accountId, keyId, graceMs: HOUR_MS, actor });
    stage.now = validUntil;
    expect([await stage.keys.verify(key), await stage.keys.verify(next.key)]).toEqual([undefined, undefined]);
  });

  test('a key is rotated once, and only while it is live', async () => {
    const { stage, accountId, actor, keyId } = await withKey();
    const rotate = () => stage.keys.rotate({ accountId, keyId, graceMs: HOUR_MS, actor });
    const outcomes = await Promise.allSettled([rotate(), rotate()]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await expect(rotate()).rejects.toMatchObject({ code: 'key_not_live', status: 409 });
    const revoked = await stage.keys.create({ accountId, actor });
    await stage.keys.revoke(revoked.keyId);
    await expect(stage.keys.rotate({ accountId, keyId: revoked.keyId, graceMs: 0, actor })).rejects.toMatchObject({
      code: 'key_not_live',
    });
    expect(await stage.keys.list(accountId)).toHaveLength(3);
  });

  test('an expired key, or one that its account does not list, cannot be rotated', async () => {
    const { stage, accountId, actor, keyId } = await withKey({ validUntil: Date.parse('2026-11-20T10:30:00.000Z') });
    const unlisted = await stage.keys.create({ accountId, actor });
    await stage.engine.write({ table: KEYS, delete: keyListingKey(accountId, unlisted.keyId) });
    stage.now += HOUR_MS / 2;
    const rotated = { accountId, actor, graceMs: HOUR_MS };
    await expect(stage.keys.rotate({ ...rotated, keyId })).rejects.toMatchObject({ code: 'key_not_live' });
    await expect(stage.keys.rotate({ ...rotated, keyId: unlisted.keyId })).rejects.toMatchObject({
      code: 'key_not_live',
    });
  });

  test('a key that is revoked just before its rotation gets no successor', async () => {
    const { stage, accountId, actor, keyId } = await withKey();
    stage.store.plan(() => stage.keys.revoke(keyId, { accountId, actor }));
    const rotated = stage.keys.rotate({ accountId, keyId, graceMs: HOUR_MS, actor });
    await expect(rotated).rejects.toMatchObject({ code: 'key_not_live' });
    expect(await stage.keys.list(accountId)).toHaveLength(1);
  });

  test.each(['long', 'just'])(
    'a key that was suspended %s before its rotation gets no successor until it is resumed',
    async (since) => {
      const { stage, accountId, actor, keyId, key } = await withKey();
      const suspensions = new KeySuspensions(stage);
      const suspend = () => suspensions.suspend({ accountId, keyId, actor: DEPLOYMENT, reason: 'spend_jump' });
      if (since === 'long') await suspend();
      else stage.store.plan(suspend);
      const rotate = () => stage.keys.rotate({ accountId, keyId, graceMs: 0, actor });
      await expect(rotate()).rejects.toMatchObject({ code: 'key_suspended', status: 409 });
      expect(await stage.keys.list(accountId)).toHaveLength(1);
      expect(await stage.keys.verify(key)).toMatchObject({ keyId, isSuspended: true });
      await suspensions.resume({ accountId, keyId, actor });
      expect((await stage.keys.verify((await rotate()).key))?.isSuspended).toBeUndefined();
    },
  );

  test('a replaced or revoked key is reported as such, suspended or not', async () => {
    const { stage, accountId, actor, keyId } = await withKey();
    const rotate = () => stage.keys.rotate({ accountId, keyId, graceMs: HOUR_MS, actor });
    await rotate();
    await new KeySuspensions(stage).suspend({ accountId, keyId, actor: DEPLOYMENT, reason: 'spend_jump' });
    await expect(rotate()).rejects.toMatchObject({ code: 'key_not_live' });
    await stage.keys.revoke(keyId, { accountId, actor });
    await expect(rotate()).rejects.toMatchObject({ code: 'key_not_live' });
  });

  test('a key whose expiry was changed just before gets no successor with the old expiry', async () => {
    const { stage, accountId, actor, keyId } = await withKey();
    const change = { set: { validUntil: '2026-11-20T10:30:00.000Z' } };
    stage.store.plan(() => stage.engine.write({ table: KEYS, update: apiKeyKey(keyId), change }));
    const rotated = stage.keys.rotate({ accountId, keyId, graceMs: HOUR_MS, actor });
    await expect(rotated).rejects.toMatchObject({ code: 'key_not_live' });
  });

  test('a rotated key keeps its expiry if the grace period is longer, and its event records it', async () => {
    const { stage, accountId, actor, keyId } = await withKey({ validUntil: Date.parse('2026-11-20T10:30:00.000Z') });
    const { keyId: replacedBy } = await stage.keys.rotate({ accountId, keyId, graceMs: HOUR_MS, actor });
    const validUntil = '2026-11-20T10:30:00.000Z';
    expect((await stage.events(accountId)).at(-1)?.after).toEqual({ replacedBy, validUntil });
    expect(await stage.keys.get(accountId, replacedBy)).toMatchObject({ validUntil, createdBy: actor.personId });
  });

  test('a rotated key ends with its grace period, and its successor at the original expiry', async () => {
    const { stage, accountId, actor, keyId } = await withKey({ validUntil: Date.parse('2026-11-20T12:00:00.000Z') });
    const next = await stage.keys.rotate({ accountId, keyId, graceMs: HOUR_MS, actor });
    expect(await stage.keys.get(accountId, keyId)).toMatchObject({ validUntil: '2026-11-20T11:00:00.000Z' });
    expect(await stage.keys.get(accountId, next.keyId)).toMatchObject({ validUntil: '2026-11-20T12:00:00.000Z' });
  });

  test('the grace period can be thirty days long', async () => {
    const { stage, accountId, actor, keyId } = await withKey();
    await stage.keys.rotate({ accountId, keyId, graceMs: ROTATION_GRACE_MS_MAX, actor });
    expect(await stage.keys.get(accountId, keyId)).toMatchObject({ validUntil: '2026-12-20T10:00:00.000Z' });
  });

  test.each([-1, NaN, Infinity, ROTATION_GRACE_MS_MAX + 1])('a grace period of %d ms is refused', async (graceMs) => {
    const { stage, accountId, actor, keyId } = await withKey();
    const rotated = stage.keys.rotate({ accountId, keyId, graceMs, actor });
    await expect(rotated).rejects.toThrow(new RangeError('not a grace period'));
  });
});
