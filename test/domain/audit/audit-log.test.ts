import type { AuditEvent } from '../../../lambdas/contracts/storage/audit-event';
import { AUDIT_RETENTION_DAYS } from '../../../lambdas/contracts/storage/audit-event';
import { auditHeadKey } from '../../../lambdas/contracts/storage/table-keys/accounts';
import { auditEventKey } from '../../../lambdas/contracts/storage/table-keys/audit';
import { ACCOUNTS, AUDIT } from '../../../lambdas/contracts/storage/tables';
import { canonicalJson } from '../../../lambdas/domain/audit/canonical-json';
import { hashOf } from '../../../lambdas/domain/audit/audit-item';
import type { Item } from '../../../lambdas/domain/table/value';
import { AccountStage } from '../accounts/account-stage';

const DAY_MS = 86_400_000;

/** An account with four events, a minute apart. */
async function recorded() {
  const stage = new AccountStage();
  return { stage, ...(await stage.recordedAccount(60_000)) };
}

async function itemAt(stage: AccountStage, chain: string, sequence: number): Promise<Item> {
  return (await stage.engine.get({ table: AUDIT, key: auditEventKey(chain, sequence) }))!;
}

const put = (stage: AccountStage, item: Item) => stage.engine.write({ table: AUDIT, put: item });

describe('the audit log', () => {
  test('promise-07 the audit log records who did what to what and when, in an unbroken chain', async () => {
    const { stage, accountId, owner } = await recorded();
    const events = await stage.events(accountId);
    expect(events.map(({ sequence, action }) => [sequence, action])).toEqual([
      [1, 'account.create'],
      [2, 'account.rename'],
      [3, 'account.rename'],
      [4, 'account.rename'],
    ]);
    expect(events[1]).toMatchObject({
      actor: owner.personId,
      target: accountId,
      at: '2026-11-20T10:01:00.000Z',
      previous: events[0]?.hash,
      previousAt: events[0]?.at,
    });
    expect(await stage.verify(accountId)).toEqual({ events: 4, faults: [] });
  });

  test('the audit log is read page by page, newest first', async () => {
    const { stage, accountId } = await recorded();
    const first = await stage.audit.page(accountId, { limit: 3 });
    const second = await stage.audit.page(accountId, { limit: 3, after: first.next });
    expect([...first.items, ...second.items].map(({ sequence }) => sequence)).toEqual([4, 3, 2, 1]);
  });

  test('each account has its own chain, and the deployment has one', async () => {
    const { stage, accountId } = await recorded();
    const { personId } = await stage.operator();
    expect(await stage.events('deployment')).toMatchObject([
      { chain: 'deployment', sequence: 1, actor: 'deployment', action: 'operator.appoint', target: personId },
    ]);
    expect(await stage.verify('deployment')).toEqual({ events: 1, faults: [] });
    expect(await stage.verify(accountId)).toMatchObject({ events: 4 });
    expect(await stage.verify('acc_01JD0000000000000000000000')).toEqual({ events: 0, faults: [] });
  });

  test('promise-07 events expire after ninety days, and the remaining chain still verifies', async () => {
    const { stage, accountId } = await recorded();
    stage.now = Date.parse('2026-11-20T10:00:00.000Z') + AUDIT_RETENTION_DAYS * DAY_MS;
    expect((await stage.events(accountId)).map(({ sequence }) => sequence)).toEqual([2, 3, 4]);
    expect(await stage.verify(accountId)).toEqual({ events: 3, faults: [] });
    stage.now += 600_000;
    expect(await stage.verify(accountId)).toEqual({ events: 0, faults: [] });
  });

  test('the audit log keeps its order when a clock runs behind', async () => {
    const { stage, accountId, owner: actor } = await recorded();
    stage.now -= 3_600_000;
    await stage.accounts.rename({ accountId, name: 'earlier', actor });
    const times = (await stage.events(accountId)).map(({ at }) => at);
    expect(times).toEqual(times.toSorted());
    expect((await stage.verify(accountId)).faults).toEqual([]);
  });

  test('fifty concurrent actions form one unbroken chain', async () => {
    const { stage, accountId, owner: actor } = await recorded();
    const renamed = Array.from({ length: 50 }, (_, number) =>
      stage.accounts.rename({ accountId, name: `name ${number}`, actor }),
    );
    const outcomes = await Promise.allSettled(renamed);
    const done = outcomes.filter(({ status }) => status === 'fulfilled').length;
    expect(done).toBeGreaterThan(0);
    expect(await stage.verify(accountId)).toEqual({ events: 4 + done, faults: [] });
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : []));
    expect(refused.every(({ name }) => name === 'ControlPlaneUnavailable')).toBe(true);
    expect((await stage.accounts.get(accountId))?.version).toBe(4 + done);
  });
});

describe('an action', () => {
  test('an action whose reply was lost is done once and recorded once', async () => {
    const { stage, accountId, owner: actor } = await recorded();
    stage.store.plan('lost reply', 'unreachable', 'conflict');
    await stage.accounts.rename({ accountId, name: 'four', actor, version: 4 });
    expect(await stage.accounts.get(accountId)).toMatchObject({ name: 'four', version: 5 });
    expect(await stage.verify(accountId)).toEqual({ events: 5, faults: [] });
  });

  test('an action whose reply was lost is found in the log even after another action', async () => {
    const { stage, accountId, owner: actor } = await recorded();
    const slow = Object.assign(new AccountStage(stage.engine), { now: stage.now });
    slow.store.plan('lost reply', async () => {
      await stage.accounts.rename({ accountId, name: 'five', actor });
      // The store remembers a token for ten minutes.
      stage.now += 3_600_000;
    });
    await slow.accounts.rename({ accountId, name: 'four', actor, version: 4 });
    expect(await stage.accounts.get(accountId)).toMatchObject({ name: 'five', version: 6 });
    expect(await stage.verify(accountId)).toMatchObject({ events: 6, faults: [] });
  });

  test('an action retries on contention, and gives up without a trace', async () => {
    const { stage, accountId, owner: actor } = await recorded();
    stage.store.plan(...Array.from({ length: 11 }, () => 'conflict' as const));
    await stage.accounts.rename({ accountId, name: 'patient', actor });
    expect(stage.waits).toHaveLength(11);
    stage.store.plan(...Array.from({ length: 12 }, () => 'throttled' as const));
    await expect(stage.accounts.rename({ accountId, name: 'hasty', actor })).rejects.toMatchObject({
      code: 'service_unavailable',
      status: 503,
    });
    expect(await stage.accounts.get(accountId)).toMatchObject({ name: 'patient' });
    expect(await stage.verify(accountId)).toMatchObject({ events: 5, faults: [] });
  });

  test('an operator who has just been dismissed cannot act', async () => {
    const { stage, accountId } = await recorded();
    const actor = await stage.operator();
    stage.store.plan(() => stage.operators.dismiss({ personId: actor.personId, actor: { kind: 'deployment' } }));
    const suspension = stage.accounts.suspend({ accountId, reason: 'abuse', actor });
    await expect(suspension).rejects.toMatchObject({ name: 'NotAllowed' });
    expect(await stage.accounts.get(accountId)).not.toHaveProperty('suspendedAt');
  });

  test('a member of one account cannot act in another', async () => {
    const { stage, accountId } = await recorded();
    const { owner: stranger } = await stage.account();
    const rename = stage.accounts.rename({ accountId, name: 'mine', actor: stranger });
    await expect(rename).rejects.toMatchObject({ name: 'NotAllowed' });
    expect(await stage.verify(accountId)).toMatchObject({ events: 4 });
  });
});

describe('a tampered chain', () => {
  const changes: readonly (readonly [string, (item: Item) => Item])[] = [
    ['who', (item) => ({ ...item, actor: 'per_01JD0000000000000000000000' })],
    ['what', (item) => ({ ...item, action: 'account.suspend' })],
    ['when', (item) => ({ ...item, at: '2026-11-20T10:02:01.000Z' })],
    ['when it ends', (item) => ({ ...item, expiresAt: 4_000_000_000 })],
    ['what it became', (item) => ({ ...item, after: { role: 'owner' } })],
    ['what it comes after', (item) => ({ ...item, previous: '0'.repeat(64) })],
    ['its hash', (item) => ({ ...item, hash: '0'.repeat(64) })],
    ['something more', (item) => ({ ...item, note: 'never mind' })],
  ];

  test.each(changes)('an event is found changed in %s', async (_, change) => {
    const { stage, accountId } = await recorded();
    await put(stage, change(await itemAt(stage, accountId, 3)));
    expect((await stage.verify(accountId)).faults).toEqual([{ kind: 'changed', sequence: 3 }]);
  });

  test('a forged event with a matching hash is found', async () => {
    const { stage, accountId } = await recorded();
    const events = await stage.events(accountId);
    const forged: AuditEvent = { ...events[2]!, actor: 'per_01JD0000000000000000000000' };
    await put(stage, { ...(await itemAt(stage, accountId, 3)), actor: forged.actor, hash: hashOf(forged) });
    expect((await stage.verify(accountId)).faults).toEqual([{ kind: 'unlinked', sequence: 4 }]);
    const last: AuditEvent = { ...events[3]!, actor: forged.actor };
    await put(stage, { ...(await itemAt(stage, accountId, 4)), actor: last.actor, hash: hashOf(last) });
    expect((await stage.verify(accountId)).faults).toContainEqual({ kind: 'unlinked', sequence: 4 });
  });

  test.each([1, 2, 4])('event %i is found missing', async (sequence) => {
    const { stage, accountId } = await recorded();
    await stage.engine.write({ table: AUDIT, delete: auditEventKey(accountId, sequence) });
    expect((await stage.verify(accountId)).faults).toContainEqual({ kind: 'missing', sequence });
  });

  test('a chain without its head, and one without its events, is found', async () => {
    const { stage, accountId } = await recorded();
    await stage.engine.write({ table: ACCOUNTS, delete: auditHeadKey(accountId) });
    expect((await stage.verify(accountId)).faults).toEqual([{ kind: 'unlinked', sequence: 4 }]);
    const other = await recorded();
    for (const sequence of [1, 2, 3, 4]) {
      await other.stage.engine.write({ table: AUDIT, delete: auditEventKey(other.accountId, sequence) });
    }
    expect((await other.stage.verify(other.accountId)).faults).toHaveLength(1);
  });

  test('two events that changed places are found', async () => {
    const { stage, accountId } = await recorded();
    const [second, third] = [await itemAt(stage, accountId, 2), await itemAt(stage, accountId, 3)];
    await put(stage, { ...third, ...auditEventKey(accountId, 2) });
    await put(stage, { ...second, ...auditEventKey(accountId, 3) });
    expect((await stage.verify(accountId)).faults).toEqual([
      { kind: 'changed', sequence: 2 },
      { kind: 'changed', sequence: 3 },
    ]);
  });

  test('an event added at the end, or copied from another chain, is found', async () => {
    const { stage, accountId } = await recorded();
    const [last] = (await stage.events(accountId)).slice(-1);
    const added = { ...last!, sequence: 5, previous: last!.hash, previousAt: last!.at };
    const key = auditEventKey(accountId, 5);
    await put(stage, { ...(await itemAt(stage, accountId, 4)), ...added, hash: hashOf(added), ...key } as Item);
    expect((await stage.verify(accountId)).faults).toEqual([{ kind: 'unlinked', sequence: 5 }]);
    const other = await recorded();
    await put(stage, { ...(await itemAt(other.stage, other.accountId, 4)), ...key });
    expect((await stage.verify(accountId)).faults).toContainEqual({ kind: 'changed', sequence: 5 });
  });

  test.each(['0', '000000000002x', 'note'])(
    'an item with the sort key %s, which no event can have, is found',
    async (sk) => {
      const { stage, accountId } = await recorded();
      await put(stage, { ...(await itemAt(stage, accountId, 2)), pk: accountId, sk });
      const { faults } = await stage.verify(accountId);
      expect(faults[0]).toMatchObject({ kind: 'changed' });
      for (const { sequence } of faults) expect(Number.isSafeInteger(sequence)).toBe(true);
    },
  );

  test('a chain that grows during verification has no faults', async () => {
    const { stage, accountId, owner: actor } = await recorded();
    const query = stage.engine.query.bind(stage.engine);
    const name = 'while it is read';
    stage.engine.query = async (read) => {
      await stage.accounts.rename({ accountId, name, actor });
      const page = await query(read);
      await stage.accounts.rename({ accountId, name, actor });
      return page;
    };
    expect(await stage.verify(accountId)).toEqual({ events: 5, faults: [] });
  });
});

describe('canonical JSON', () => {
  test('canonical JSON does not depend on the order of members', () => {
    expect(canonicalJson({ b: 1, a: { d: null, c: 'ü"' }, e: undefined })).toBe('{"a":{"c":"ü\\"","d":null},"b":1}');
    expect(canonicalJson({ a: { c: 'ü"', d: null }, b: 1 })).toBe('{"a":{"c":"ü\\"","d":null},"b":1}');
  });

  test('canonical JSON refuses numbers that may be inexact', () => {
    expect(() => canonicalJson({ a: 0.5 })).toThrow(RangeError);
    expect(() => canonicalJson({ a: 2 ** 53 })).toThrow(RangeError);
  });
});
