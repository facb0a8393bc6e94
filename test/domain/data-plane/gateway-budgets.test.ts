import type { NewBudget } from '../../../lambdas/contracts/http/spending-rules';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { SpendingRulesAdministration } from '../../../lambdas/domain/keys/spending/spending-rules';
import { completion, whole } from './fake-providers';
import { chat, COST_PICO, GatewayStage, USAGE } from './gateway-stage';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
  stage.providers.play(whole(completion('hi', USAGE)));
});
afterEach(async () => {
  await stage.expectBalanced();
});

const spending = () =>
  new SpendingRulesAdministration({
    store: stage.engine,
    clock: Date.now,
    audit: new AuditLog({ store: stage.engine, clock: Date.now }),
  });
const set = (...budgets: readonly NewBudget[]) =>
  spending().set({ accountId: stage.accountId, actor: DEPLOYMENT, rules: { budgets: [...budgets] } });
const spent = async () => (await spending().get(stage.accountId)).budgets.map(({ spentPico }) => BigInt(spentPico));

const LABEL: NewBudget = { of: 'label', name: 'team', value: 'research', limitPico: '1000', window: 'month' };

test('a budget that is set while the gateway runs counts the next request', async () => {
  expect((await stage.send(chat())).status).toBe(200);
  await set({ of: 'account', limitPico: '1000000000', window: 'total' });
  expect((await stage.send(chat())).status).toBe(200);
  expect(await spent()).toEqual([COST_PICO]);
});

test('a request that a label’s budget does not cover gets 402, which names the label and the day of the reset', async () => {
  await stage.useRules({ labels: { team: 'research' } });
  await set(LABEL, { of: 'account', limitPico: '1000000000', window: 'total' });
  const answer = await stage.send(chat());
  expect([answer.status, answer.json]).toMatchObject([402, { error: { code: 'insufficient_quota' } }]);
  expect(answer.text).toMatch(
    /The budget of the label team=research has \$0\.000000001 left this month and resets on \d{4}-\d\d-01 \(UTC\);/,
  );
  expect(stage.providers.calls).toHaveLength(0);
  expect(await spent()).toEqual([0n, 0n]);
});

test('a request that the account’s budget does not cover gets 402, which says that it does not reset', async () => {
  await set({ of: 'account', limitPico: '1000', window: 'total' });
  const answer = await stage.send(chat());
  expect(answer.status).toBe(402);
  expect(answer.text).toContain('The budget of the account has $0.000000001 left in total and does not reset');
});

test('a key without the label of a budget is served, although that budget is used up', async () => {
  await set({ ...LABEL, limitPico: '0' });
  expect((await stage.send(chat())).status).toBe(200);
});

test('a request that finds a budget held by running requests is told to try again', async () => {
  await set({ of: 'account', limitPico: '7000', window: 'total' });
  const client = stage.client(chat());
  const { done, call } = await stage.begin(client);
  const second = await stage.send(chat());
  expect([second.status, second.json]).toMatchObject([429, { error: { code: 'wallet_busy' } }]);
  expect(second.text).toMatch(/The budget of the account has \$[\d.]+ left, and its running requests hold \$[\d.]+;/);
  whole(completion('hi', USAGE))(call);
  await done;
});

test('a request of an account whose budgets only a later release knows gets 403', async () => {
  await set(LABEL);
  const { spendingRulesKey } = await import('../../../lambdas/contracts/storage/table-keys/keys');
  const { KEYS } = await import('../../../lambdas/contracts/storage/tables');
  const budgets = '[{"of":"model"}]';
  await stage.engine.write({ table: KEYS, update: spendingRulesKey(stage.accountId), change: { set: { budgets } } });
  const answer = await stage.send(chat());
  expect([answer.status, answer.json]).toMatchObject([403, { error: { code: 'unknown_rules' } }]);
});
