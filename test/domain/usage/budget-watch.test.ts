import fc from 'fast-check';
import type { NewBudget } from '../../../lambdas/contracts/http/spending-rules';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { DAY_MS } from '../../../lambdas/domain/clock';
import { SpendingRulesAdministration } from '../../../lambdas/domain/keys/spending/spending-rules';
import { KeySpend } from '../../../lambdas/domain/usage/spend-watch/key-spend';
import { atEveryStep, MortalStore } from '../notifications/mortal-store';
import { waitingMessages } from '../notifications/waiting-messages';
import { FaultyStore } from '../wallet/faulty-store';
import { ACCOUNT } from '../wallet/wallet-stage';
import { BudgetStage } from './budget-stage';

const MONTHLY = { budget: { limitPico: '1000', window: 'month', timeZone: 'Europe/Berlin' } } as const;
let stage: BudgetStage;
beforeEach(async () => {
  stage = await BudgetStage.open(MONTHLY);
});

test('a budget is reported at 80 % and at 100 %, once each in every window', async () => {
  await stage.spend(799n);
  expect(await stage.told()).toEqual([]);
  await stage.spend(1n);
  await stage.spend(100n);
  expect(await stage.told()).toEqual(['80']);
  await stage.spend(100n);
  expect(await stage.told()).toEqual(['80', '100']);
  stage.wallet.now += 11 * DAY_MS;
  await stage.spend(900n);
  // The messages of November have expired.
  expect(await stage.told()).toEqual(['80']);
});

test('a message about a budget names its key, its limit and the first day of its window', async () => {
  await stage.spend(850n);
  expect(await waitingMessages(stage.store)).toMatchObject([
    {
      kind: 'budget_reached',
      accountId: ACCOUNT,
      recipient: { to: 'roles', roles: ['owner', 'admin'] },
      parameters: { keyId: stage.key.keyId, percent: '80', limitPico: 1_000n, window: 'month', from: '2026-11-01' },
    },
  ]);
});

test('a budget without a window is reported once, however long ago that was', async () => {
  stage = await BudgetStage.open({ budget: { limitPico: '1000', window: 'total' } });
  await stage.spend(850n);
  expect(await waitingMessages(stage.store)).toMatchObject([{ parameters: { window: 'total' } }]);
  stage.wallet.now += 30 * DAY_MS;
  await stage.spend(10n);
  expect(await stage.told()).toEqual([]);
});

test('a budget whose rest fits no request counts as used up from 99.5 % on', async () => {
  await stage.spend(994n);
  expect(await stage.told()).toEqual(['80']);
  await stage.spend(1n);
  expect(await stage.told()).toEqual(['80', '100']);
});

test('a budget that one request uses up is reported as used up only', async () => {
  await stage.spend(1_000n);
  expect(await stage.told()).toEqual(['100']);
});

test('money that running requests hold is no used budget', async () => {
  const running = await stage.hold(900n);
  await stage.spend(50n);
  expect(await stage.told()).toEqual([]);
  await stage.settle(running, 20n);
  await stage.pipe();
  expect(await stage.told()).toEqual([]);
});

test('a charge after the hold has expired counts for the report of a budget', async () => {
  const late = await stage.hold(900n);
  await stage.wallet.expire();
  await stage.settle(late, 850n);
  await stage.pipe();
  expect(await stage.told()).toEqual(['80']);
});

test('a budget that keys share after a rotation is reported once, also with a higher limit', async () => {
  await stage.spend(850n);
  stage.key = await stage.keys.rotate({ accountId: ACCOUNT, keyId: stage.key.keyId, graceMs: DAY_MS });
  await stage.spend(10n);
  const rules = { budget: { ...MONTHLY.budget, limitPico: '2000' } };
  await stage.keys.changeRules({ accountId: ACCOUNT, keyId: stage.key.keyId, rules });
  await stage.spend(800n);
  expect(await stage.told()).toEqual(['80']);
});

test('a key without a budget, or with a budget of nothing, is not reported', async () => {
  stage = await BudgetStage.open({});
  await stage.spend(5_000n);
  expect(await stage.told()).toEqual([]);
  stage = await BudgetStage.open({ budget: { limitPico: '0', window: 'day' } });
  await stage.settle(await stage.wallet.reserve(1n), 1n);
  await stage.pipe();
  expect(await stage.told()).toEqual([]);
});

test('records that arrive repeatedly, in parts, in any order and in several processes at once are reported once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([0, 1, 2, 3, 0, 1, 2, 3], { minLength: 8 }),
      fc.array(fc.nat(5), { minLength: 2, maxLength: 7 }),
      async (order, turns) => {
        stage = await BudgetStage.open(MONTHLY);
        for (const pico of [700n, 110n, 100n, 90n]) await stage.request(pico);
        const changes = stage.takeChanges();
        const store = new FaultyStore(stage.store);
        store.interleave(turns);
        await Promise.all(
          [order.slice(0, 4), order.slice(4)].map((part) =>
            stage.pipe(
              part.map((at) => changes[at]!),
              store,
            ),
          ),
        );
        await stage.pipe(changes);
        expect(await stage.told()).toEqual(['100']);
      },
    ),
    { numRuns: 10 },
  );
});

test('a spend watch that dies at any step, and gets the batch again, reports a budget once', async () => {
  const steps = await atEveryStep(async (diesAt) => {
    stage = await BudgetStage.open(MONTHLY);
    await stage.request(850n);
    const changes = stage.takeChanges();
    const mortal = new MortalStore(stage.store, diesAt);
    await stage.pipe(changes, mortal).catch(() => undefined);
    await stage.pipe(changes);
    await stage.pipe(changes);
    expect(await stage.told()).toEqual(['80']);
    return mortal;
  });
  expect(steps).toBeGreaterThan(8);
});

test('a spend watch that cannot report a budget gets the batch again, and adds it up once', async () => {
  await stage.request(850n);
  const changes = stage.takeChanges();
  const store = new FaultyStore(stage.store);
  store.plan('none', ...Array.from({ length: 6 }, () => 'unreachable' as const));
  await expect(stage.pipe(changes, store)).rejects.toThrow();
  store.clear();
  await stage.pipe(changes, store);
  expect(await stage.told()).toEqual(['80']);
  const hour = new Date(stage.wallet.now).toISOString().slice(0, 13);
  expect(await new KeySpend(stage).inHour({ accountId: ACCOUNT, counterId: stage.key.keyId, hour })).toBe(850n);
});

describe('a budget that keys share', () => {
  const ofAccount: NewBudget = { of: 'account', limitPico: '2000', window: 'month' };

  async function share(...budgets: readonly NewBudget[]): Promise<void> {
    const { store, clock } = stage;
    const spending = new SpendingRulesAdministration({ store, clock, audit: new AuditLog({ store, clock }) });
    await spending.set({ accountId: ACCOUNT, actor: DEPLOYMENT, rules: { budgets: [...budgets] } });
    await stage.readRules();
  }

  beforeEach(async () => {
    stage = await BudgetStage.open({ labels: { team: 'research' } });
  });

  test('a shared budget is reported at 80 % and at 100 %, once each, by its ID and without a person or a label', async () => {
    await share(ofAccount);
    await stage.spend(1_599n);
    expect(await stage.told()).toEqual([]);
    await stage.spend(1n);
    await stage.spend(1n);
    const [message] = await waitingMessages(stage.store);
    expect(message).toMatchObject({
      kind: 'shared_budget_reached',
      recipient: { to: 'roles', roles: ['owner', 'admin'] },
      parameters: { of: 'account', percent: '80', limitPico: 2_000n, window: 'month', from: '2026-11-01' },
    });
    expect(Object.keys(message!.parameters).sort()).toEqual([
      'budgetId',
      'from',
      'limitPico',
      'of',
      'percent',
      'window',
    ]);
    await stage.spend(399n);
    expect(await stage.told()).toEqual(['80', '100']);
  });

  test('the budget of a label is reported for requests with the label only', async () => {
    const label: NewBudget = { of: 'label', name: 'team', value: 'research', limitPico: '1000', window: 'month' };
    await share(label, { ...label, value: 'sales' });
    await stage.spend(900n);
    expect(await waitingMessages(stage.store)).toMatchObject([{ parameters: { of: 'label', percent: '80' } }]);
  });
});
