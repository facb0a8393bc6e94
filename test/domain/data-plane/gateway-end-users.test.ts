import { SHARDS } from '../../../lambdas/contracts/storage/table-keys/key-parts';
import { spendingRulesKey } from '../../../lambdas/contracts/storage/table-keys/keys';
import { KEYS, USAGE as USAGE_TABLE, WALLET } from '../../../lambdas/contracts/storage/tables';
import { usagePartitions } from '../../../lambdas/contracts/storage/table-keys/usage';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { KnownSpendingRules } from '../../../lambdas/domain/keys/spending/known-spending-rules';
import { SpendingRulesAdministration } from '../../../lambdas/domain/keys/spending/spending-rules';
import type { Get } from '../../../lambdas/domain/table/table-store';
import type { Item } from '../../../lambdas/domain/table/value';
import { holdPartition } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { completion, whole } from './fake-providers';
import { chat, GatewayStage, USAGE } from './gateway-stage';
import type { Sent } from './fake-client';

const CANARY = 'ada.lovelace@example.test';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(async () => {
  await stage.expectBalanced();
});

const turn = (endUsers: boolean) =>
  new SpendingRulesAdministration({
    store: stage.engine,
    clock: Date.now,
    audit: new AuditLog({ store: stage.engine, clock: Date.now }),
  }).set({ accountId: stage.accountId, actor: DEPLOYMENT, rules: { endUsers } });

async function endUserOf(sent: Sent): Promise<string | undefined> {
  stage.providers.play(whole(completion('hi', USAGE)));
  const { status } = await stage.send(sent);
  expect(status).toBe(200);
  return (await stage.records())[0]?.endUser;
}

test('a request of an account that has not asked for end users is recorded without one, and costs no further read', async () => {
  const reads: string[] = [];
  const get = (asked: Get): Promise<Item | undefined> => {
    reads.push(asked.key.pk);
    return stage.engine.get(asked);
  };
  const gateway = new Gateway({ ...stage.dependencies, spending: new KnownSpendingRules({ store: { get } }) });
  stage.providers.play(whole(completion('hi', USAGE)));
  await gateway.handle(stage.client(chat({ user: CANARY })));
  const [record] = await stage.records();
  expect(record).toMatchObject({ status: 'completed' });
  expect(record).not.toHaveProperty('endUser');
  expect(reads).toEqual([]);
});

test('a user is recorded as the same hash in each request, and another user as another one', async () => {
  await turn(true);
  const first = await endUserOf(chat({ user: CANARY }));
  expect(first).toMatch(/^[\w-]{22}$/);
  expect(await endUserOf(chat({ user: CANARY }))).toBe(first);
  expect(await endUserOf(chat({ user: 'other' }))).not.toBe(first);
});

test.each([
  ['Claude Code', 'x-claude-code-session-id'],
  ['Codex', 'session_id'],
  ['a newer Codex', 'session-id'],
])('the session that %s names in a header is recorded as a hash', async (_, header) => {
  await turn(true);
  const first = await endUserOf({ ...chat(), headers: { [header]: CANARY } });
  expect(first).toMatch(/^[\w-]{22}$/);
  expect(await endUserOf({ ...chat(), headers: { [header]: 'another session' } })).not.toBe(first);
});

test.each([[{}], [{ user: 7 }], [{ user: '' }], [{ user: 'a'.repeat(2_000) }]])(
  'a request that names its end user as %j is recorded without one',
  async (body) => {
    await turn(true);
    expect(await endUserOf(chat(body))).toBeUndefined();
  },
);

test('the name of an end user is in no table, and no provider gets it', async () => {
  await turn(true);
  await endUserOf(chat({ user: CANARY }));
  const partitions = [
    ...usagePartitions(stage.accountId).map((partition) => ({ table: USAGE_TABLE, partition })),
    ...SHARDS.map((shard) => ({ table: WALLET, partition: holdPartition(shard) })),
    { table: WALLET, partition: stage.accountId },
    { table: KEYS, partition: spendingRulesKey(stage.accountId).pk },
  ];
  const stored = await Promise.all(partitions.map((query) => stage.engine.query(query)));
  const text = JSON.stringify(stored, (__, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  expect(text).toContain('endUser');
  expect(text).not.toContain(CANARY);
  expect(JSON.stringify(stage.providers.calls.map(({ json }) => json))).not.toContain(CANARY);
});
