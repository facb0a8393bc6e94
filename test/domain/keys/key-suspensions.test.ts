import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { Accounts } from '../../../lambdas/domain/accounts/accounts';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { counterOf } from '../../../lambdas/domain/keys/counter-of';
import { KeySuspensions, TRUSTED_MS } from '../../../lambdas/domain/keys/key-suspensions';
import { Keys } from '../../../lambdas/domain/keys/keys';
import { FaultyStore } from '../wallet/faulty-store';

const START = '2026-11-20T10:00:00.000Z';
const UNKNOWN = '01JD0000000000000000000000';

async function open() {
  const time = { now: Date.parse(START) };
  const clock = (): number => time.now;
  const store = new FaultyStore(EmbeddedStore.memory({ clock }));
  const audit = new AuditLog({ store, clock });
  const keys = new Keys({ store, clock, audit, pepper: 'a pepper of sixteen bytes' });
  const suspensions = new KeySuspensions({ store, clock, audit });
  const accountId = await new Accounts({ store, clock, audit }).create();
  const { keyId } = await keys.create({ accountId });
  const action = { accountId, keyId, actor: DEPLOYMENT };
  const suspend = () => suspensions.suspend({ ...action, reason: 'spend_jump' });
  const currentKey = () => keys.get(accountId, keyId);
  const newest = async () => (await audit.page(accountId, { limit: 1 })).items[0];
  return { time, store, keys, suspensions, accountId, keyId, action, suspend, shown: currentKey, newest };
}

test('a key is suspended once, and its first time and reason stand', async () => {
  const { time, suspend, shown, newest } = await open();
  expect(await suspend()).toBe(true);
  const event = await newest();
  expect(event).toMatchObject({
    action: 'key.suspend',
    before: { state: 'active' },
    after: { state: 'suspended', reason: 'spend_jump' },
  });
  time.now += 60_000;
  expect(await suspend()).toBe(false);
  expect(await shown()).toMatchObject({ suspendedAt: START, suspensionReason: 'spend_jump', version: 2 });
  expect(await newest()).toEqual(event);
});

test('a revoked or unknown key is not suspended', async () => {
  const { keys, keyId, suspensions, action, suspend, shown } = await open();
  expect(await suspensions.suspend({ ...action, keyId: UNKNOWN, reason: 'spend_jump' })).toBe(false);
  await keys.revoke(keyId);
  expect(await suspend()).toBe(false);
  expect(await shown()).not.toHaveProperty('suspendedAt');
});

test('a resumed key is as it was before, except for the time of its resumption', async () => {
  const { time, suspensions, action, suspend, shown, newest } = await open();
  await suspend();
  time.now += 60_000;
  await suspensions.resume(action);
  const resumed = await shown();
  expect(resumed).toMatchObject({ resumedAt: '2026-11-20T10:01:00.000Z', version: 3 });
  expect(resumed).not.toHaveProperty('suspendedAt');
  expect(resumed).not.toHaveProperty('suspensionReason');
  expect(await newest()).toMatchObject({
    action: 'key.resume',
    before: { state: 'suspended' },
    after: { state: 'active' },
  });
});

test('resuming a key that is not suspended changes nothing', async () => {
  const { suspensions, action, shown, newest } = await open();
  const before = [await shown(), await newest()];
  await suspensions.resume(action);
  expect([await shown(), await newest()]).toEqual(before);
});

test('only a live key of the account can be resumed, and only at the version that was read', async () => {
  const { keys, keyId, suspensions, action, suspend, shown } = await open();
  await suspend();
  const stranger = { ...action, accountId: 'acc_01JD0000000000000000000009' };
  await expect(suspensions.resume(stranger)).rejects.toMatchObject({ name: 'KeyNotFound' });
  await expect(suspensions.resume({ ...action, keyId: UNKNOWN })).rejects.toMatchObject({ name: 'KeyNotFound' });
  await expect(suspensions.resume({ ...action, version: 1 })).rejects.toMatchObject({ name: 'VersionMismatch' });
  expect(await shown()).toMatchObject({ suspendedAt: START });
  await suspensions.resume({ ...action, version: 2 });
  await keys.revoke(keyId);
  await expect(suspensions.resume(action)).rejects.toMatchObject({ name: 'KeyNotLive' });
});

test('a key that is revoked just before its resumption is not resumed, and its spend is not trusted', async () => {
  const { store, keys, keyId, suspensions, action, suspend, shown, newest } = await open();
  await suspend();
  store.plan(() => keys.revoke(keyId));
  await suspensions.resume(action);
  const revoked = await shown();
  expect(revoked).toMatchObject({ suspendedAt: START, revokedAt: START });
  expect(revoked).not.toHaveProperty('resumedAt');
  expect(await newest()).toMatchObject({ action: 'key.revoke' });
  expect(await suspensions.areTrusted(keyId)).toBe(false);
});

test('keys that share counters with a resumed key are trusted for a day', async () => {
  const { time, keys, store, suspensions, accountId, keyId, action, suspend } = await open();
  expect(await suspensions.areTrusted(keyId)).toBe(false);
  await suspend();
  await suspensions.resume(action);
  const successor = await keys.rotate({ accountId, keyId, graceMs: 0 });
  const counterId = await counterOf(store, successor.keyId);
  expect(counterId).toBe(keyId);
  time.now += TRUSTED_MS - 1_000;
  expect(await suspensions.areTrusted(counterId)).toBe(true);
  time.now += 1_000;
  expect(await suspensions.areTrusted(counterId)).toBe(false);
  expect(await counterOf(store, UNKNOWN)).toBe(UNKNOWN);
});

test('a key counts as live in its own account until it ends, even while it is suspended', async () => {
  const { keys, keyId, suspensions, accountId, suspend } = await open();
  await suspend();
  expect(await suspensions.live(accountId, keyId)).toMatchObject({ keyId, suspendedAt: START });
  expect(await suspensions.live('acc_01JD0000000000000000000009', keyId)).toBeUndefined();
  expect(await suspensions.live(accountId, UNKNOWN)).toBeUndefined();
  await keys.revoke(keyId);
  expect(await suspensions.live(accountId, keyId)).toBeUndefined();
});
