import { DAY_MS } from '../../../../lambdas/domain/clock';
import { STATISTICS } from '../../../../lambdas/contracts/storage/tables';
import { STATISTICS_PARTITION } from '../../../../lambdas/contracts/storage/table-keys/statistics';
import type { UsageRecord } from '../../../../lambdas/contracts/storage/usage-record';
import { UsageRecords, putUsageRecord } from '../../../../lambdas/domain/usage/records/usage-records';
import { absent } from '../../../../lambdas/domain/table/condition';
import { publishedDays, Statistics } from '../../../../lambdas/domain/usage/statistics/statistics';
import { FaultyStore } from '../../wallet/faulty-store';
import { KEY, MEMBER, RETENTION_DAYS, RollUpStage } from '../rollups/roll-up-stage';

const ALWAYS = { from: '0', to: '9' };
const accountOf = (account: number): string => `acc_01JD00000000000000000000${String(account).padStart(2, '0')}`;
const ACCOUNTS = Array.from({ length: 8 }, (_, account) => accountOf(account));

let stage: RollUpStage;
let records: UsageRecord[];
beforeEach(() => {
  stage = new RollUpStage();
  stage.now = Date.parse('2026-11-20T00:00:00.000Z');
  records = [];
});

const statisticsOn = (store = stage.engine as FaultyStore | typeof stage.engine, retentionDays = RETENTION_DAYS) =>
  new Statistics({
    store,
    clock: stage.clock,
    retentionDays,
    accountsMin: 5,
    async *everyAccount() {
      yield* ACCOUNTS;
    },
  });

async function request(account: number, fields: Partial<UsageRecord> = {}): Promise<void> {
  const record = stage.record({ accountId: accountOf(account), labels: { team: 'search' }, ...fields });
  await stage.engine.write(putUsageRecord(record, RETENTION_DAYS, absent()));
  await stage.count(record);
  records.push(record);
}

const requests = async (): Promise<bigint> => {
  const days = await publishedDays(stage.engine, ALWAYS);
  return days.flatMap(({ cells }) => cells).reduce((sum, { measures }) => sum + measures['requests']!, 0n);
};

test('a day is published two days after it began, and not before', async () => {
  for (let account = 0; account < 5; account += 1) await request(account);
  stage.now += 2 * DAY_MS - 1;
  expect(await statisticsOn().publish()).not.toContain('2026-11-20');
  expect(await requests()).toBe(0n);
  stage.now += 1;
  expect(await statisticsOn().publish()).toEqual(['2026-11-20']);
  expect(await publishedDays(stage.engine, { from: '2026-11-20', to: '2026-11-20' })).toEqual([
    {
      day: '2026-11-20',
      cells: [
        {
          model: 'gpt-4.1',
          provider: 'openai',
          statusClass: '2xx',
          measures: { requests: 5n, costPico: 5_000n, 't:input': 500n, 't:output': 100n, 'd:35': 5n, 'f:28': 5n },
        },
      ],
    },
  ]);
});

test('a published day does not change when it is built again, although more accounts are counted in it meanwhile', async () => {
  for (let account = 0; account < 5; account += 1) await request(account);
  stage.now += 2 * DAY_MS;
  await statisticsOn().publish();
  const before = await publishedDays(stage.engine, ALWAYS);
  await request(5, { at: '2026-11-20T01:00:00.000Z' });
  expect(await statisticsOn().publish()).toEqual([]);
  expect(await publishedDays(stage.engine, ALWAYS)).toEqual(before);
});

test('two runs at the same time publish a day once, and one whose reply was lost publishes it once', async () => {
  for (let account = 0; account < 5; account += 1) await request(account);
  stage.now += 2 * DAY_MS;
  const store = new FaultyStore(stage.engine);
  store.interleave([0, 3, 1]);
  const days = await Promise.all([statisticsOn(store).publish(), statisticsOn(store).publish()]);
  expect(days.flat().filter((day) => day === '2026-11-20')).toHaveLength(1);
  expect(await requests()).toBe(5n);
});

test('a run that fails in the middle is made up for by the next one', async () => {
  for (let account = 0; account < 5; account += 1) await request(account);
  stage.now += 2 * DAY_MS;
  const store = new FaultyStore(stage.engine);
  store.plan('unreachable');
  await expect(statisticsOn(store).publish()).rejects.toThrow('unavailable');
  await statisticsOn(store).publish();
  expect(await requests()).toBe(5n);
});

test('a retention of three days leaves a day for publishing, and a shorter one publishes nothing', async () => {
  stage.now += 2 * DAY_MS;
  expect(await statisticsOn(undefined, 3).publish()).toEqual(['2026-11-20']);
  expect(await statisticsOn(undefined, 2).publish()).toEqual([]);
});

test('promise-05 usage is visible on day 89 and not on day 90, and its published sums stay without any ID', async () => {
  for (let account = 0; account < 8; account += 1) await request(account);
  stage.now += 2 * DAY_MS;
  await statisticsOn().publish();
  const published = await publishedDays(stage.engine, ALWAYS);
  const usage = new UsageRecords({ store: stage.engine });
  stage.now = Date.parse('2026-11-20T00:00:00.000Z') + 90 * DAY_MS - 1;
  expect((await usage.newest(accountOf(0), 10)).length).toBe(1);
  expect((await stage.stored(accountOf(0))).size).toBeGreaterThan(0);
  stage.now += 1;
  expect(await usage.newest(accountOf(0), 10)).toEqual([]);
  expect((await stage.stored(accountOf(0))).size).toBe(0);
  await stage.engine.removeExpired();
  await statisticsOn().publish();
  expect((await publishedDays(stage.engine, ALWAYS)).filter(({ cells }) => cells.length > 0)).toEqual(
    published.filter(({ cells }) => cells.length > 0),
  );
  expect(await requests()).toBe(8n);
});

test('promise-33 published statistics name no account, key, member, label or request', async () => {
  for (let account = 0; account < 8; account += 1) await request(account);
  stage.now += 2 * DAY_MS;
  await statisticsOn().publish();
  const { items } = await stage.engine.query({ table: STATISTICS, partition: STATISTICS_PARTITION });
  const text = JSON.stringify(items, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  expect(text).toContain('gpt-4.1');
  for (const secret of [KEY, MEMBER, 'search', 'acc_', 'per_', ...records.map(({ requestId }) => requestId)])
    expect(text).not.toContain(secret);
});
