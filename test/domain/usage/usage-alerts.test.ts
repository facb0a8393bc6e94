import { SHARDS } from '../../../lambdas/contracts/storage/table-keys/key-parts';
import { eventPartition } from '../../../lambdas/contracts/storage/table-keys/outbox';
import { OUTBOX } from '../../../lambdas/contracts/storage/tables';
import { type AccountEvent, decodeAccountEvent } from '../../../lambdas/domain/notifications/outbox/event';
import { alertRulesOf, readAlertRules, setAlertRules } from '../../../lambdas/domain/usage/spend-watch/alert-rules';
import { commit } from '../../../lambdas/domain/table/commit';
import { FaultyStore } from '../wallet/faulty-store';
import { ACCOUNT } from '../wallet/wallet-stage';
import { DOLLAR, HOUR_MS, SpendStage } from './spend-stage';

const RULES = { errorRate: { percent: 20, requestsMin: 10 }, spendAnomaly: { factor: 3, floor: '2.5' } };

let stage: SpendStage;

beforeEach(async () => {
  stage = await SpendStage.open();
});

const set = (rules: Parameters<typeof setAlertRules>[1]) =>
  commit(stage.store, [setAlertRules(ACCOUNT, rules, undefined)]);

/** Requests of one hour, of which some fail. */
async function requests(count: number, failed: number, costPico = 0n): Promise<void> {
  for (let made = 0; made < count; made += 1)
    await stage.record(costPico, stage.keyId, made < failed ? 'provider_error' : 'completed');
  await stage.pipe();
}

/** The events about one kind of alert that webhooks get, by their time. */
async function eventsOf(kind: 'error_rate' | 'spend_anomaly'): Promise<readonly AccountEvent[]> {
  const events: AccountEvent[] = [];
  for (const shard of SHARDS) {
    const { items } = await stage.store.query({ table: OUTBOX, partition: eventPartition(shard) });
    events.push(...items.map(decodeAccountEvent).filter((event) => event.kind === kind));
  }
  return events.sort((one, other) => one.createdAt.localeCompare(other.createdAt));
}

test('an account is told once that many requests fail, however many batches of the hour say so', async () => {
  await set(RULES);
  await requests(9, 9);
  expect(await eventsOf('error_rate')).toEqual([]);
  await requests(1, 0);
  await requests(5, 5);
  const [event, ...others] = await eventsOf('error_rate');
  expect(others).toEqual([]);
  expect(event).toMatchObject({
    accountId: ACCOUNT,
    data: { failed: '9', requests: '10', at: '2026-11-20T10:00:00.000Z' },
  });
});

test('hours with failures one after the other are told once, and again after an hour without', async () => {
  await set(RULES);
  for (const failed of [10, 10, 0, 10]) {
    await requests(10, failed);
    stage.now += HOUR_MS;
  }
  const times = (await eventsOf('error_rate')).map(({ data }) => data['at']);
  expect(times).toEqual(['2026-11-20T10:00:00.000Z', '2026-11-20T13:00:00.000Z']);
});

test('an hour below the share, or with few requests, is not told', async () => {
  await set(RULES);
  await requests(100, 19);
  stage.now += HOUR_MS;
  await requests(9, 9);
  expect(await eventsOf('error_rate')).toEqual([]);
});

test('an account is told once that an hour costs a multiple of an average active hour', async () => {
  await set(RULES);
  await stage.spendBaseline(DOLLAR);
  await requests(1, 0, 3n * DOLLAR);
  expect(await eventsOf('spend_anomaly')).toEqual([]);
  await requests(1, 0, 1n);
  await requests(1, 0, DOLLAR);
  const [event, ...others] = await eventsOf('spend_anomaly');
  expect(others).toEqual([]);
  expect(event?.data).toMatchObject({ spent: '3.000000000001', usual: '1.00' });
});

test('an account without rules is told nothing', async () => {
  await stage.spendBaseline(DOLLAR);
  await requests(100, 100, DOLLAR);
  expect([await eventsOf('error_rate'), await eventsOf('spend_anomaly')]).toEqual([[], []]);
});

test('a rule that is turned off notifies nobody, and a change of rules does not repeat the event of an hour', async () => {
  await set(RULES);
  await requests(10, 10);
  await set({ errorRate: { percent: 10, requestsMin: 1 } });
  await requests(10, 10);
  expect(await eventsOf('error_rate')).toHaveLength(1);
  await set({});
  stage.now += 2 * HOUR_MS;
  await requests(10, 10);
  expect(await eventsOf('error_rate')).toHaveLength(1);
  expect(alertRulesOf(await readAlertRules(stage.store, ACCOUNT))).toEqual({ version: 3 });
});

test.each(['unreachable', 'lost reply', 'conflict', 'throttled'] as const)(
  'a crossing is one event although its transaction meets the fault "%s"',
  async (fault) => {
    await set(RULES);
    for (let made = 0; made < 10; made += 1) await stage.record(0n, stage.keyId, 'provider_error');
    const store = new FaultyStore(stage.store);
    // The first transaction adds up the hour.
    store.plan('none', fault);
    await stage.pipe(undefined, store);
    expect(await eventsOf('error_rate')).toHaveLength(1);
  },
);

test('two watches that see the same crossing make one event of it', async () => {
  await requests(10, 10);
  await set(RULES);
  for (let made = 0; made < 2; made += 1) await stage.record(0n, stage.keyId, 'provider_error');
  const [first, second] = stage.takeChanges();
  const store = new FaultyStore(stage.store);
  store.interleave([0, 2, 1]);
  await Promise.all([stage.pipe([first!], store), stage.pipe([second!], store)]);
  expect(await eventsOf('error_rate')).toHaveLength(1);
});
