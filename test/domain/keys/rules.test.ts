import type { KeyRules } from '../../../lambdas/contracts/http/key-rules';
import { apiKeyKey, keyListingKey } from '../../../lambdas/contracts/storage/table-keys/keys';
import { KEYS } from '../../../lambdas/contracts/storage/tables';
import { Keys } from '../../../lambdas/domain/keys/keys';
import { AccountStage } from '../accounts/account-stage';

const PROMISED_MS = 10_000;
const RULES: KeyRules = {
  scopes: ['chat'],
  models: ['gpt-4.1*'],
  budget: { limitPico: '5000000000000', window: 'month', timeZone: 'Europe/Berlin' },
  requestsPerMinute: 10,
  tokensPerMinute: 1_000,
  concurrency: 3,
  cidrs: ['192.0.2.0/24'],
  regions: ['eu'],
  zeroDataRetention: true,
  labels: { team: 'research' },
};
const { cidrs: _cidrs, labels: _labels, ...IMPERSONAL } = RULES;

async function withKey(rules?: KeyRules, request: { readonly validUntil?: number } = {}) {
  const stage = new AccountStage();
  const { accountId, owner: actor } = await stage.account();
  const { keyId, key } = await stage.keys.create({ accountId, actor, rules, ...request });
  const change = (changed: KeyRules, version?: number) =>
    stage.keys.changeRules({ accountId, keyId, actor, rules: changed, version });
  return { stage, accountId, actor, keyId, key, change };
}

describe('the rules of a key', () => {
  test('the rules of a key are returned by its verification and shown in the list', async () => {
    const { stage, accountId, keyId, key } = await withKey(RULES);
    expect(await stage.keys.verify(key)).toMatchObject({ accountId, keyId, rules: RULES });
    expect(await stage.keys.get(accountId, keyId)).toMatchObject({ rules: RULES, version: 1 });
    expect((await stage.keys.list(accountId)).map(({ rules }) => rules)).toEqual([RULES]);
  });

  test('rules that allow everything are not stored', async () => {
    const { stage, accountId, keyId, key } = await withKey({});
    const owner = await stage.keys.verify(key);
    expect(owner).toMatchObject({ accountId, keyId });
    expect(owner).not.toHaveProperty('rules');
    expect(await stage.keys.get(accountId, keyId)).not.toHaveProperty('rules');
  });

  test('invalid rules are refused, and nothing is created or changed', async () => {
    const { stage, accountId, actor, keyId, change } = await withKey(RULES);
    const wrong = { concurrency: 0 };
    await expect(stage.keys.create({ accountId, actor, rules: wrong })).rejects.toMatchObject({ name: 'ZodError' });
    await expect(change(wrong)).rejects.toMatchObject({ name: 'ZodError' });
    expect(await stage.keys.list(accountId)).toHaveLength(1);
    expect(await stage.keys.get(accountId, keyId)).toMatchObject({ rules: RULES, version: 1 });
  });

  test('a key with rules of a later release is verified as one that must not be used, and is shown with them', async () => {
    const { stage, accountId, keyId, key, change } = await withKey(RULES);
    const rules = { ...RULES, moonPhase: 'full' };
    for (const update of [apiKeyKey(keyId), keyListingKey(accountId, keyId)])
      await stage.engine.write({ table: KEYS, update, change: { set: { rules: JSON.stringify(rules) } } });
    expect(await stage.keys.verify(key)).toMatchObject({ accountId, keyId, hasUnknownRules: true });
    expect((await stage.keys.list(accountId))[0]?.rules).toEqual(rules);
    expect(await change({ concurrency: 1 })).toMatchObject({ rules: { concurrency: 1 } });
    expect((await stage.events(accountId)).at(-1)).toMatchObject({ before: { rules: IMPERSONAL } });
    expect(await stage.keys.verify(key)).toMatchObject({ rules: { concurrency: 1 } });
  });

  test('the successor of a key with rules of a later release keeps these rules, so that it is not used either', async () => {
    const { stage, accountId, actor, keyId } = await withKey(RULES);
    const rules = { ...RULES, moonPhase: 'full' };
    for (const update of [apiKeyKey(keyId), keyListingKey(accountId, keyId)])
      await stage.engine.write({ table: KEYS, update, change: { set: { rules: JSON.stringify(rules) } } });
    const successor = await stage.keys.rotate({ accountId, keyId, graceMs: 0, actor });
    expect(await stage.keys.verify(successor.key)).toMatchObject({ hasUnknownRules: true });
    expect((await stage.keys.get(accountId, successor.keyId))?.rules).toEqual(rules);
  });

  test('the rules of a key are recorded without addresses and labels', async () => {
    const { stage, accountId, keyId, change } = await withKey(RULES);
    expect((await stage.events(accountId)).at(-1)).toMatchObject({
      action: 'key.create',
      target: keyId,
      after: { rules: IMPERSONAL },
    });
    await change({ ...RULES, concurrency: 4, cidrs: ['198.51.100.0/24'], labels: { team: 'sales' } });
    expect((await stage.events(accountId)).at(-1)).toMatchObject({
      action: 'key.change',
      target: keyId,
      before: { rules: IMPERSONAL },
      after: { rules: { ...IMPERSONAL, concurrency: 4 }, changed: ['concurrency', 'cidrs', 'labels'] },
    });
    await change({});
    expect((await stage.events(accountId)).at(-1)?.after).toEqual({ changed: Object.keys(RULES) });
    const text = JSON.stringify(await stage.events(accountId));
    expect(['192.0.2', '198.51', 'research', 'sales'].filter((personal) => text.includes(personal))).toEqual([]);
    expect(await stage.verify(accountId)).toMatchObject({ faults: [] });
  });
});

describe('a change of rules', () => {
  test('a change of rules replaces all rules', async () => {
    const { stage, accountId, actor, keyId, key, change } = await withKey(RULES);
    const changed = await change({ concurrency: 1 });
    expect(changed).toEqual(await stage.keys.get(accountId, keyId));
    expect(changed).toMatchObject({ rules: { concurrency: 1 }, version: 2, createdBy: actor.personId });
    expect(await stage.keys.verify(key)).toMatchObject({ accountId, keyId, rules: { concurrency: 1 } });
    expect(await change({})).toEqual(await stage.keys.get(accountId, keyId));
    expect(await stage.keys.get(accountId, keyId)).not.toHaveProperty('rules');
    expect(await stage.keys.verify(key)).not.toHaveProperty('rules');
  });

  test('a change of rules needs the version that was read', async () => {
    const { stage, accountId, actor, keyId, change } = await withKey();
    await change(RULES, 1);
    await expect(change({}, 1)).rejects.toMatchObject({ code: 'version_mismatch', status: 412 });
    await change({}, 2);
    await stage.keys.rotate({ accountId, keyId, graceMs: 1_000, actor });
    await expect(change(RULES, 3)).rejects.toMatchObject({ code: 'version_mismatch' });
    await change(RULES, 4);
  });

  test('a key from before versions existed has version 0', async () => {
    const { stage, accountId, keyId, change } = await withKey();
    const update = keyListingKey(accountId, keyId);
    await stage.engine.write({ table: KEYS, update, change: { remove: ['version'] } });
    expect(await stage.keys.get(accountId, keyId)).toMatchObject({ version: 0 });
    expect(await change(RULES, 0)).toMatchObject({ version: 1 });
  });

  test('only one of two concurrent changes of rules succeeds', async () => {
    const { stage, accountId, keyId, change } = await withKey();
    const outcomes = await Promise.allSettled([change({ concurrency: 1 }), change({ concurrency: 2 })]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'version_mismatch' },
    });
    expect(await stage.keys.get(accountId, keyId)).toMatchObject({ version: 2 });
  });

  test('only the rules of a live key can be changed, and only in its own account', async () => {
    const { stage, accountId, actor, keyId, change } = await withKey(undefined, {
      validUntil: Date.parse('2026-11-21'),
    });
    const { accountId: foreign, owner: foreigner } = await stage.account();
    const theirs = { accountId: foreign, keyId, actor: foreigner, rules: {} };
    await expect(stage.keys.changeRules(theirs)).rejects.toMatchObject({ code: 'key_not_found' });
    const keyNotLive = { code: 'key_not_live', status: 409 };
    const { keyId: revoked } = await stage.keys.create({ accountId, actor });
    await stage.keys.revoke(revoked);
    await expect(stage.keys.changeRules({ accountId, keyId: revoked, actor, rules: {} })).rejects.toMatchObject(
      keyNotLive,
    );
    stage.now = Date.parse('2026-11-21') - 1;
    await change(RULES);
    stage.now += 1;
    await expect(change({})).rejects.toMatchObject(keyNotLive);
  });

  test('the rules of an unlisted key cannot be changed, and a store failure is reported', async () => {
    const { stage, accountId, keyId, change } = await withKey();
    stage.store.plan(...Array.from({ length: 12 }, () => 'unreachable' as const));
    await expect(change(RULES)).rejects.toMatchObject({ name: 'ControlPlaneUnavailable' });
    await stage.engine.write({ table: KEYS, delete: keyListingKey(accountId, keyId) });
    await expect(change(RULES)).rejects.toMatchObject({ code: 'key_not_live' });
  });

  test('a change of rules fails when a revocation came first', async () => {
    const { stage, accountId, keyId, change } = await withKey();
    const outcomes = await Promise.allSettled([stage.keys.revoke(keyId), change(RULES)]);
    const info = await stage.keys.get(accountId, keyId);
    expect(info?.revokedAt).toBeDefined();
    const isChanged = outcomes[1].status === 'fulfilled';
    expect(info?.rules).toEqual(isChanged ? RULES : undefined);
    if (!isChanged) expect(outcomes[1]).toMatchObject({ reason: { code: 'key_not_live' } });
  });

  test('a change of rules and a revocation reach every process within ten seconds', async () => {
    const { stage, accountId, keyId, key } = await withKey(RULES);
    const { store, clock, audit } = stage;
    const other = new Keys({ store, clock, audit, pepper: 'a pepper of sufficient length' });
    expect((await other.verify(key))?.rules).toEqual(RULES);
    await stage.keys.changeRules({ accountId, keyId, rules: { scopes: ['models'] } });
    expect((await other.verify(key))?.rules).toEqual(RULES);
    // The process that made the change applies it at once.
    expect((await stage.keys.verify(key))?.rules).toEqual({ scopes: ['models'] });
    // Traffic in between does not prolong the cache of the other process.
    stage.now += PROMISED_MS / 4;
    await other.verify(key);
    stage.now += (3 * PROMISED_MS) / 4 - 1;
    expect((await other.verify(key))?.rules).toEqual({ scopes: ['models'] });
    await stage.keys.revoke(keyId);
    stage.now += PROMISED_MS - 1;
    expect(await other.verify(key)).toBeUndefined();
  });
});

describe('a rotated key', () => {
  test('a rotated key passes on its rules and counters', async () => {
    const { stage, accountId, actor, keyId, change } = await withKey(RULES);
    const second = await stage.keys.rotate({ accountId, keyId, graceMs: 1_000, actor });
    const third = await stage.keys.rotate({ accountId, keyId: second.keyId, graceMs: 1_000, actor });
    expect(await stage.keys.get(accountId, third.keyId)).toMatchObject({ rules: RULES, version: 1 });
    const owners = [await stage.keys.verify(second.key), await stage.keys.verify(third.key)];
    expect(owners.map((owner) => owner?.counterId)).toEqual([keyId, keyId]);
    // A later change of the old key applies to the old key alone.
    await change({ concurrency: 1 });
    expect((await stage.keys.verify(third.key))?.rules).toEqual(RULES);
  });

  test('a rotation fails when the rules have changed since they were read', async () => {
    const { stage, accountId, actor, keyId, change } = await withKey();
    const rotate = stage.keys.rotate({ accountId, keyId, graceMs: 1_000, actor });
    const outcomes = await Promise.allSettled([change(RULES), rotate]);
    const [changed, rotated] = outcomes.map(({ status }) => status === 'fulfilled');
    expect([changed, rotated].filter(Boolean)).toHaveLength(1);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'version_mismatch' },
    });
  });
});
