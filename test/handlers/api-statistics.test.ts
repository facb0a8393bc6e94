import { DAY_MS } from '../../lambdas/domain/clock';
import { Statistics } from '../../lambdas/domain/usage/statistics/statistics';
import { ApiStage } from './api-stage';
import { aRequest } from './usage-examples';

const accountOf = (account: number): string => `acc_01JD00000000000000000000${String(account).padStart(2, '0')}`;
const ACCOUNTS = Array.from({ length: 6 }, (_, account) => accountOf(account));

let stage: ApiStage;
beforeEach(async () => {
  stage = await ApiStage.open();
});

const get = (query = '', as = 'operator') => stage.ask({ method: 'GET', path: '/v1/statistics', query, as });

/** Publishes what the accounts used two days ago. */
async function publish(): Promise<void> {
  stage.now += 2 * DAY_MS;
  const { store } = stage;
  const everyAccount = async function* () {
    yield* ACCOUNTS;
  };
  await new Statistics({ store, clock: () => stage.now, everyAccount, retentionDays: 90, accountsMin: 5 }).publish();
}

async function use(accounts: number, fields: Parameters<typeof aRequest>[2] = {}): Promise<void> {
  for (const account of ACCOUNTS.slice(0, accounts)) await aRequest(stage, account, fields);
}

test('an operator sees what all accounts used together, by day or month, with exact costs', async () => {
  await use(5);
  await use(6, { model: 'gpt-4.1-mini', at: '2026-10-31T12:00:00.000Z' });
  await publish();
  expect(await get('metric=cost&group=model')).toMatchObject({
    status: 200,
    body: {
      from: '2026-10-06',
      to: '2026-11-04',
      metric: 'cost',
      group: 'model',
      series: [
        { value: 'gpt-4.1-mini', total: '0.006', points: [{ start: '2026-10-31', amount: '0.006' }] },
        { value: 'gpt-4.1', total: '0.005', points: [{ start: '2026-11-02', amount: '0.005' }] },
      ],
      omitted: 0,
    },
  });
  const { body } = await get('interval=month&from=2026-10-01&to=2026-11-30');
  expect(body['series']).toEqual([
    {
      value: 'all',
      total: 11,
      points: [
        { start: '2026-10', amount: 6 },
        { start: '2026-11', amount: 5 },
      ],
    },
  ]);
});

test('statistics divide tokens by unit, requests by the class of their status, and give durations', async () => {
  await use(5);
  await use(5, { status: 'provider_error', httpStatus: 502, usage: {} });
  await publish();
  const series = async (query: string) => (await get(query)).body['series'];
  expect(await series('metric=tokens&subgroup=unit')).toMatchObject([
    { part: 'input', total: 500 },
    { part: 'output', total: 100 },
  ]);
  expect(await series('group=statusClass')).toMatchObject([
    { value: '2xx', total: 5 },
    { value: '5xx', total: 5 },
  ]);
  expect(await series('metric=durationP95')).toMatchObject([{ total: 1_023 }]);
});

test('statistics leave out what too few accounts used, and a day that is not published yet', async () => {
  await use(4);
  expect((await get()).body['series']).toEqual([]);
  await publish();
  expect((await get()).body['series']).toEqual([]);
});

test('statistics are a file on request', async () => {
  await use(5);
  await publish();
  const { text, headers } = await get('group=provider&format=csv');
  expect(headers['content-disposition']).toContain('statistics-2026-10-06-2026-11-04.csv');
  expect(text).toBe('start,value,part,amount\r\n2026-11-02,openai,,5\r\n');
});

test.each([
  ['metric=errors', 'metric'],
  ['group=account', 'group'],
  ['metric=cost&subgroup=unit', 'subgroup'],
  ['from=2026-11-02&to=2026-11-01', 'to'],
  ['interval=hour', 'interval'],
])('statistics with %s are refused, and the error points to %s', async (query, pointer) => {
  expect(await get(query)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
});

test('nobody but an operator sees statistics', async () => {
  for (const as of ['owner', 'admin', 'auditor']) expect(await get('', as)).toMatchObject({ status: 403 });
});
