import { apiKeyKey, keyListingKey } from '../../../lambdas/contracts/storage/table-keys/keys';
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

describe('a rotated key', () => {
  test('a rotated key works beside its successor until its grace period is over', async () => {
    const { stage, accountId, actor, keyId, key } = await withKey();
    const next = await stage.keys.rotate({ accountId, keyId, graceMs: HOUR_MS, actor });
    expect([await stage.keys.verify(key), await stage.keys.verify(next.key)]).toMatchObject([
      { accountId, keyId },
      { accountId, keyId: next.keyId, counterId: keyId },
    ]);
    stage.now += HOUR_MS;
    expect([await stage.keys.verify(key), await stage.keys.verify(next.key)]).toMatchObject([
      undefined,
      { accountId, keyId: next.keyId, counterId: keyId },
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

  test('a suspended key that is revoked just before its rotation is reported as ended, because it cannot be resumed', async () => {
    const { stage, accountId, actor, keyId } = await withKey();
    await new KeySuspensions(stage).suspend({ accountId, keyId, actor: DEPLOYMENT, reason: 'spend_jump' });
    stage.store.plan(() => stage.keys.revoke(keyId, { accountId, actor }));
    const rotated = stage.keys.rotate({ accountId, keyId, graceMs: HOUR_MS, actor });
    await expect(rotated).rejects.toMatchObject({ code: 'key_not_live' });
  });

  test('a key that disappears just before its rotation gets no successor', async () => {
    const { stage, accountId, actor, keyId } = await withKey();
    stage.store.plan(() => stage.engine.write({ table: KEYS, delete: apiKeyKey(keyId) }));
    const rotated = stage.keys.rotate({ accountId, keyId, graceMs: HOUR_MS, actor });
    await expect(rotated).rejects.toMatchObject({ code: 'key_not_live' });
    expect(await stage.keys.list(accountId)).toHaveLength(1);
  });

  test('a key is rotated only at the version that was read', async () => {
    const { stage, accountId, actor, keyId } = await withKey();
    await stage.keys.changeRules({ accountId, keyId, actor, rules: { concurrency: 1 } });
    const rotate = (version: number) => stage.keys.rotate({ accountId, keyId, graceMs: HOUR_MS, actor, version });
    await expect(rotate(1)).rejects.toMatchObject({ code: 'version_mismatch', status: 412 });
    expect(await stage.keys.list(accountId)).toHaveLength(1);
    expect(await stage.keys.get(accountId, (await rotate(2)).keyId)).toMatchObject({ rules: { concurrency: 1 } });
  });

  test('the refusal to rotate a suspended key says who must resume it', async () => {
    const { stage, accountId, actor, keyId } = await withKey();
    await new KeySuspensions(stage).suspend({ accountId, keyId, actor: DEPLOYMENT, reason: 'spend_jump' });
    await expect(stage.keys.rotate({ accountId, keyId, graceMs: 0, actor })).rejects.toMatchObject({
      name: 'KeySuspended',
      message: expect.stringMatching(/owner or admin .* must resume it/) as string,
    });
  });

  test('the refusal to rotate an ended key lists the ways in which a key ends', async () => {
    const { stage, accountId, actor, keyId } = await withKey();
    await stage.keys.revoke(keyId, { accountId, actor });
    await expect(stage.keys.rotate({ accountId, keyId, graceMs: 0, actor })).rejects.toMatchObject({
      name: 'KeyNotLive',
      message: expect.stringMatching(/revoked.*expired.*replaced/) as string,
    });
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
