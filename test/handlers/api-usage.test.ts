import { ulid } from 'ulid';
import { type Interval, rollUpPartition, rollUpSortKey } from '../../lambdas/contracts/storage/table-keys/roll-ups';
import { ROLLUPS } from '../../lambdas/contracts/storage/tables';
import { UNITS } from '../../lambdas/contracts/storage/units';
import { DAY_MS, HOUR_MS } from '../../lambdas/domain/clock';
import { ApiStage } from './api-stage';
import { aRequest, KEY } from './usage-examples';

const OTHER_KEY = '01JD0000000000000000000002';
const DOLLAR = 1_000_000_000_000n;

let stage: ApiStage;
let account: string;
beforeEach(async () => {
  stage = await ApiStage.open();
  account = `/v1/accounts/${stage.accountId}`;
});

const get = (path: string, query = '', as = 'developer') =>
  stage.ask({ method: 'GET', path: `${account}${path}`, query, as });
const request = (fields: Parameters<typeof aRequest>[2] = {}) => aRequest(stage, stage.accountId, fields);

describe('usage over time', () => {
  test('usage is reported per day by default, with the requests of the last 30 days', async () => {
    await request({ at: '2026-10-04T00:00:00.000Z' });
    await request({ at: '2026-10-03T23:59:59.999Z' });
    await request();
    await request();
    expect(await get('/usage')).toMatchObject({
      status: 200,
      body: {
        from: '2026-10-04',
        to: '2026-11-02',
        interval: 'day',
        timeZone: 'UTC',
        metric: 'requests',
        group: 'account',
        series: [
          {
            value: 'all',
            total: 3,
            points: [
              { start: '2026-10-04', amount: 1 },
              { start: '2026-11-02', amount: 2 },
            ],
          },
        ],
        omitted: 0,
      },
    });
  });

  test('costs are exact dollars, by key, with the key of most requests first', async () => {
    await request({ costPico: 1n });
    await request({ costPico: 2n * DOLLAR, keyId: OTHER_KEY });
    await request({ costPico: DOLLAR / 3n, keyId: OTHER_KEY });
    expect((await get('/usage', 'metric=cost&group=key&interval=month')).body['series']).toEqual([
      { value: OTHER_KEY, total: '2.333333333333', points: [{ start: '2026-11', amount: '2.333333333333' }] },
      { value: KEY, total: '0.000000000001', points: [{ start: '2026-11', amount: '0.000000000001' }] },
    ]);
  });

  test('tokens are divided by unit, requests by status and errors by HTTP status', async () => {
    await request();
    await request({ status: 'provider_error', httpStatus: 502, usage: {} });
    const parts = async (query: string) =>
      ((await get('/usage', query)).body['series'] as { part: string; total: number }[]).map(({ part, total }) => [
        part,
        total,
      ]);
    expect(await parts('metric=tokens&subgroup=unit')).toEqual([
      ['input', 100],
      ['output', 20],
    ]);
    expect(await parts('metric=requests&subgroup=status')).toEqual([
      ['completed', 1],
      ['provider_error', 1],
    ]);
    expect(await parts('metric=errors&subgroup=httpStatus')).toEqual([['502', 1]]);
    expect(await get('/usage', 'metric=cost&subgroup=unit')).toMatchObject({ status: 400 });
  });

  test('percentiles are those of all requests of an interval, and there are none without requests', async () => {
    for (let index = 1; index <= 100; index += 1) await request({ durationMs: index * 100, firstByteMs: undefined });
    const totalOf = async (metric: string) =>
      ((await get('/usage', `metric=${metric}`)).body['series'] as { total: number | null }[])[0]?.total;
    expect(await totalOf('durationP50')).toBeGreaterThanOrEqual(5_000);
    expect(await totalOf('durationP50')).toBeLessThanOrEqual(6_250);
    expect(await totalOf('durationP99')).toBeGreaterThanOrEqual(9_900);
    expect(await totalOf('firstByteP50')).toBeNull();
  });

  test('days begin in the time zone that was asked for', async () => {
    await request({ at: '2026-10-31T22:30:00.000Z' });
    await request({ at: '2026-10-31T23:30:00.000Z' });
    const days = async (query: string) =>
      ((await get('/usage', query)).body['series'] as { points: { start: string }[] }[])[0]?.points.map(
        ({ start }) => start,
      );
    expect(await days('timeZone=Europe/Berlin')).toEqual(['2026-10-31', '2026-11-01']);
    expect(await days('timeZone=Europe/Berlin&interval=month')).toEqual(['2026-10', '2026-11']);
    expect(await days('timeZone=America/New_York')).toEqual(['2026-10-31']);
    expect(await days('from=2026-10-31&to=2026-10-31&timeZone=Europe/Berlin')).toEqual(['2026-10-31']);
    expect(await days('from=2026-10-31&to=2026-10-31&interval=hour')).toEqual([
      '2026-10-31T22:00:00.000Z',
      '2026-10-31T23:00:00.000Z',
    ]);
  });

  test('a month is reported in full, and a part of it by its days', async () => {
    for (const day of ['01', '15', '31']) await request({ at: `2026-10-${day}T12:00:00.000Z` });
    const total = async (query: string) =>
      ((await get('/usage', `interval=month&${query}`)).body['series'] as { total: number }[])[0]?.total;
    expect(await total('from=2026-10-01&to=2026-10-31')).toBe(3);
    expect(await total('from=2026-10-02&to=2026-10-31')).toBe(2);
    expect(await total('from=2026-10-02&to=2026-10-30')).toBe(1);
  });

  test('a period is compared with the one of the same length before it', async () => {
    for (const day of ['18', '19', '24', '25', '26']) await request({ at: `2026-10-${day}T12:00:00.000Z` });
    expect((await get('/usage', 'from=2026-10-25&to=2026-10-31&compare=previous')).body['series']).toMatchObject([
      { value: 'all', total: 2, previous: 3 },
    ]);
  });

  test('a value is compared with its own total before, although many others were used more then', async () => {
    for (let label = 0; label < 51; label += 1) {
      await request({ labels: { run: `n${label}` }, at: '2026-10-20T12:00:00.000Z' });
      if (label > 0) await request({ labels: { run: `n${label}` }, at: '2026-10-20T12:00:00.000Z' });
    }
    await request({ labels: { run: 'n0' } });
    for (const interval of ['day', 'hour']) {
      const query = `group=label&from=2026-11-02&to=2026-11-02&interval=${interval}`;
      expect((await get('/usage', query)).body['series']).toMatchObject([{ value: 'run=n0', total: 1 }]);
    }
    for (const zone of ['UTC', 'Europe/Berlin']) {
      const query = `group=label&from=2026-10-25&to=2026-11-02&compare=previous&timeZone=${zone}`;
      expect((await get('/usage', query)).body['series']).toMatchObject([{ value: 'run=n0', total: 1, previous: 1 }]);
    }
  });

  test('the values of a day are not displaced by those of the day before', async () => {
    for (let label = 1; label <= 50; label += 1)
      await request({ labels: { run: `n${label}` }, at: '2026-11-01T12:00:00.000Z' });
    await request({ labels: { run: 'n99' } });
    const { body } = await get('/usage', 'group=label&interval=hour&from=2026-11-02');
    expect(body).toMatchObject({ series: [{ value: 'run=n99', total: 1 }], omitted: 0 });
  });

  test('the members, models, providers and labels of an account can be compared', async () => {
    const memberId = stage.person('developer');
    await request({ memberId, labels: { team: 'search' }, model: 'claude-haiku-4-5', provider: 'anthropic' });
    for (const [group, value] of [
      ['member', memberId],
      ['model', 'claude-haiku-4-5'],
      ['provider', 'anthropic'],
      ['label', 'team=search'],
    ])
      expect((await get('/usage', `group=${group}`)).body['series']).toMatchObject([{ value, total: 1 }]);
  });

  test('only the 50 values with the most requests are reported, and the others are counted', async () => {
    for (let label = 0; label < 53; label += 1) await request({ labels: { run: `n${label}` } });
    await request({ labels: { run: 'n52' } });
    for (const query of ['group=label', 'group=label&interval=hour&from=2026-11-02']) {
      const { body } = await get('/usage', query);
      const series = body['series'] as readonly object[];
      expect([series.length, body['omitted']]).toEqual([50, 3]);
      expect(series[0]).toMatchObject({ value: 'run=n52', total: 2 });
    }
  });

  test('a report that does not fit into a response is refused, and one of days or of fewer points is not', async () => {
    const units = Object.fromEntries(UNITS.map((unit) => [`t:${unit}`, 1n]));
    const add = (interval: Interval, value: string, start: string) => {
      const key = { pk: rollUpPartition(stage.accountId, 'key'), sk: rollUpSortKey({ interval, start, name: value }) };
      return stage.store.write({ table: ROLLUPS, put: { ...key, value, interval, start, requests: 1n, ...units } });
    };
    for (let index = 0; index < 50; index += 1) {
      const value = `01JD${String(index).padStart(22, '0')}`;
      for (const day of ['2026-10-29', '2026-10-30', '2026-10-31', '2026-11-01']) {
        await add('day', value, day);
        for (let hour = 0; hour < 24; hour += 1) await add('hour', value, `${day}T${String(hour).padStart(2, '0')}`);
      }
    }
    const query = 'metric=tokens&group=key&subgroup=unit&from=2026-10-29&to=2026-11-01';
    for (const format of ['json', 'csv'])
      expect(await get('/usage', `${query}&interval=hour&format=${format}`)).toMatchObject({
        status: 400,
        text: expect.stringContaining('interval') as unknown,
      });
    const { status, text } = await get('/usage', query.replace('2026-11-01', '2026-10-31').concat('&interval=hour'));
    expect(status).toBe(200);
    expect(text.length).toBeLessThan(5_000_000);
    expect(await get('/usage', query)).toMatchObject({ status: 200 });
  });

  test.each([
    ['from=2026-11-02&to=2026-11-01', 'to'],
    ['interval=hour&from=2026-10-01&to=2026-11-01', 'to'],
    ['from=2024-01-01', 'to'],
    ['interval=hour&from=9999-12-30&to=9999-12-31', 'from'],
    ['from=0000-01-01&to=0000-01-02&compare=previous', 'from'],
    ['timeZone=Mars/Olympus', 'timeZone'],
    ['group=served', 'group'],
    ['metric=content', 'metric'],
    ['format=xlsx', 'format'],
    ['other=1', 'other'],
  ])('a report of %s is refused, and the answer names %s', async (query, pointer) => {
    expect(await get('/usage', query)).toMatchObject({
      status: 400,
      text: expect.stringContaining(pointer) as unknown,
    });
  });
});

describe('the requests of an account', () => {
  test('requests are listed page by page, newest first, without anything of another account', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      ids.unshift((await request()).requestId);
      stage.now += 1_000;
    }
    await aRequest(stage, stage.otherAccountId);
    const found: string[] = [];
    let after = '';
    for (;;) {
      const { body } = await get('/usage/requests', `limit=3${after && `&after=${after}`}`);
      found.push(...(body['items'] as { requestId: string }[]).map(({ requestId }) => requestId));
      if (body['next'] === undefined) break;
      after = body['next'] as string;
    }
    expect(found).toEqual(ids);
  });

  test('requests are selected by key, model, provider, status, label and time', async () => {
    const early = await request({ at: new Date(stage.now - 2 * HOUR_MS).toISOString() });
    const { requestId } = await request({
      keyId: OTHER_KEY,
      model: 'm',
      provider: 'p',
      status: 'cancelled',
      labels: { team: 'search' },
    });
    const from = new Date(stage.now - HOUR_MS).toISOString();
    for (const query of [
      `key=${OTHER_KEY}`,
      'model=m',
      'provider=p',
      'status=cancelled',
      'label=team=search',
      `from=${from}`,
    ])
      expect([query, (await get('/usage/requests', query)).body['items']]).toMatchObject([query, [{ requestId }]]);
    const before = await get('/usage/requests', `to=${from}`);
    expect(before.body['items']).toMatchObject([{ requestId: early.requestId }]);
  });

  test('a request whose body took long to arrive is selected by the time at which it was admitted', async () => {
    const from = new Date(stage.now - 2_000).toISOString();
    const slow = `req_${ulid(stage.now - 60_000)}`;
    await request({ requestId: slow, at: new Date(stage.now - 1_000).toISOString() });
    await request({ at: new Date(stage.now - 3_000).toISOString() });
    const { body } = await get('/usage/requests', `from=${from}`);
    expect(body['items']).toMatchObject([{ requestId: slow }]);
    expect((await get('/usage/requests', `to=${from}&from=${from}`)).body['items']).toEqual([]);
    expect((await get('/usage/requests', `to=${from}&from=2026-11-30T00:00:00.000Z`)).body['items']).toEqual([]);
  });

  test('requests of an earlier time are found without reading the later ones', async () => {
    const { requestId } = await request({ at: new Date(stage.now - DAY_MS).toISOString() });
    for (let index = 0; index < 45; index += 1) await request();
    const { body } = await get('/usage/requests', `limit=2&to=${new Date(stage.now - HOUR_MS).toISOString()}`);
    expect(body['items']).toMatchObject([{ requestId }]);
  });

  test('a cursor of a list is refused in the list of another account, filter or person, and in an export', async () => {
    for (let index = 0; index < 3; index += 1) await request();
    const next = (await get('/usage/requests', 'limit=1')).body['next'] as string;
    for (const [path, query, as] of [
      ['/usage/requests', `status=completed&after=${next}`, 'developer'],
      ['/usage/requests', `after=${next}`, 'owner'],
      ['/usage/requests/export', `after=${next}`, 'developer'],
    ] as const)
      expect(await get(path, query, as)).toMatchObject({ status: 400 });
  });

  test('a request is shown with its cost, tokens and key, and with nothing that it does not list', async () => {
    const { requestId } = await request({ overrunPico: 5n, labels: { team: 'search' } });
    const { body } = await get(`/usage/requests/${requestId}`);
    expect(body).toEqual({
      requestId,
      keyId: KEY,
      at: new Date(stage.now).toISOString(),
      endpoint: 'chat',
      model: 'gpt-4.1',
      provider: 'openai',
      streamed: true,
      status: 'completed',
      httpStatus: 200,
      usage: { input: 100, output: 20 },
      estimated: false,
      cost: '0.001',
      overrun: '0.000000000005',
      priceVersion: 'openai/gpt-4.1@2026-01-01',
      labels: { team: 'search' },
      firstByteMs: 300,
      durationMs: 1_000,
      entries: [],
    });
  });

  test('a request of another account and one that has expired are not found', async () => {
    const theirs = await aRequest(stage, stage.otherAccountId);
    const ours = await request();
    expect(await get(`/usage/requests/${theirs.requestId}`)).toMatchObject({ status: 404 });
    stage.now += 90 * DAY_MS;
    expect(await get(`/usage/requests/${ours.requestId}`)).toMatchObject({ status: 404 });
  });
});

describe('usage as a file', () => {
  test('a report as CSV has a header and a row for each point', async () => {
    await request();
    const { text, headers } = await get('/usage', 'format=csv&metric=cost');
    expect(text).toBe('start,value,part,amount\r\n2026-11-02,all,,0.001\r\n');
    expect(headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="usage-2026-10-04-2026-11-02.csv"',
    });
  });

  test('a cell that a spreadsheet would run as a formula gets an apostrophe', async () => {
    await request({ model: '=HYPERLINK("https://example.test")', provider: '@sum', priceVersion: '+1' });
    const { text } = await get('/usage/requests/export');
    const [, row = ''] = text.split('\r\n');
    expect(row).toContain(`"'=HYPERLINK(""https://example.test"")",'@sum,`);
    expect(row).toContain(`,'+1,`);
    expect(text).not.toMatch(/(^|,)"?[=+@-]/m);
  });

  test('each file of JSON lines leads to the next one, and the last one to none', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      ids.unshift((await request()).requestId);
      stage.now += 1_000;
    }
    const found: string[] = [];
    let query = 'format=jsonl&limit=2';
    for (;;) {
      const { text, headers, status } = await get('/usage/requests/export', query);
      expect(status).toBe(200);
      for (const line of text.trim().split('\n')) found.push((JSON.parse(line) as { requestId: string }).requestId);
      const [, next] = /^<\?([^>]*)>; rel="next"$/.exec(headers['link'] ?? '') ?? [];
      if (next === undefined) break;
      query = next;
    }
    expect(found).toEqual(ids);
  });

  test('a file stays below the largest response of a function, and the next one begins where it ends', async () => {
    const labels = Object.fromEntries(Array.from({ length: 8 }, (_, label) => [`l${label}`, 'x'.repeat(64)]));
    for (let index = 0; index < 60; index += 1) await request({ labels, priceVersion: 'y'.repeat(100_000) });
    const { text, headers } = await get('/usage/requests/export', 'format=jsonl');
    expect(text.length).toBeLessThan(4_500_000);
    const [, next = ''] = /^<\?([^>]*)>; rel="next"$/.exec(headers['link'] ?? '') ?? [];
    const rest = await get('/usage/requests/export', next);
    expect(rest.headers['link']).toBeUndefined();
    expect(text.split('\n').length + rest.text.split('\n').length - 2).toBe(60);
  });
});

test('members of every role and operators can see usage, and people outside the account cannot', async () => {
  await request();
  for (const as of ['owner', 'admin', 'developer', 'billing', 'auditor', 'operator'])
    expect(await get('/usage', '', as)).toMatchObject({ status: 200 });
  expect(await get('/usage', '', 'stranger')).toMatchObject({ status: 404 });
});

test('promise-03 nothing that a usage report or a file contains is outside the closed schema of usage records', async () => {
  const { requestId } = await request({ ...({ prompt: 'a secret' } as object) });
  for (const [path, query] of [
    ['/usage', 'group=model'],
    ['/usage/requests', ''],
    ['/usage/requests/export', 'format=csv'],
    ['/usage/requests/export', 'format=jsonl'],
    [`/usage/requests/${requestId}`, ''],
  ] as const)
    expect((await get(path, query)).text).not.toMatch(/secret|prompt/);
});
