import { PICO_PER_USD } from '../../lambdas/domain/money/pico';
import { ApiStage } from './api-stage';

let stage: ApiStage;
beforeEach(async () => {
  stage = await ApiStage.open();
  await stage.parts.funds.grant({
    accountId: stage.accountId,
    grantId: 'grant_a',
    amountPico: 5n * PICO_PER_USD,
    reason: 'goodwill',
  });
  await stage.parts.funds.setLine({ accountId: stage.accountId, changeId: 'line_a', linePico: PICO_PER_USD });
});

const get = (path: string, as = 'billing', query = '') =>
  stage.ask({ method: 'GET', path: `/v1/accounts/${stage.accountId}/${path}`, as, query });

const GRANT = {
  entryId: 'grant_a',
  kind: 'grant',
  reason: 'goodwill',
  transfers: [{ from: 'promotion', to: 'available', amount: '5.00' }],
};

describe('the entries of an account', () => {
  test('the entries are listed page by page, with their transfers in dollars', async () => {
    const first = await get('entries', 'billing', 'limit=1');
    expect(first.body['items']).toMatchObject([GRANT]);
    const second = await get('entries', 'billing', `limit=1&after=${String(first.body['next'])}`);
    expect(second.body['items']).toMatchObject([{ kind: 'line' }]);
  });

  test('entries are selected by kind and time', async () => {
    expect((await get('entries', 'billing', 'kind=line')).body['items']).toMatchObject([{ entryId: 'line_a' }]);
    const past = `from=2026-01-01T00:00:00Z&to=${new Date(stage.now).toISOString()}`;
    expect((await get('entries', 'billing', past)).body['items']).toEqual([]);
    const since = `from=${new Date(stage.now).toISOString()}`;
    expect((await get('entries', 'billing', since)).body['items']).toHaveLength(2);
  });

  test('a cursor is valid only with the filter, the person and the account that it came from', async () => {
    const { body } = await get('entries', 'billing', 'limit=1&kind=grant');
    const after = String(body['next']);
    expect((await get('entries', 'billing', `kind=grant&after=${after}`)).status).toBe(200);
    expect((await get('entries', 'billing', `kind=line&after=${after}`)).status).toBe(400);
    expect((await get('entries', 'billing', `after=${after}`)).status).toBe(400);
    expect((await get('entries', 'owner', `kind=grant&after=${after}`)).status).toBe(400);
    const path = `/v1/accounts/${stage.otherAccountId}/entries`;
    const query = `kind=grant&after=${after}`;
    expect((await stage.ask({ method: 'GET', path, as: 'stranger', query })).status).toBe(400);
  });

  test.each(['kind=Grant', 'from=yesterday', 'to=2026-13-01T00:00:00Z', 'limit=0', 'other=1'])(
    'a list of entries with %s gets a clear error',
    async (query) => {
      expect((await get('entries', 'billing', query)).status).toBe(400);
    },
  );

  test('a developer does not see the ledger', async () => {
    expect((await get('entries', 'developer')).status).toBe(403);
  });
});

describe('the statement of an account', () => {
  test('a statement is JSON, or a file that browsers save and never show as a page of ours', async () => {
    const json = await get('statements/2026-11');
    expect(json.body).toMatchObject({
      month: '2026-11',
      isOver: false,
      opening: { promotional: '0.00', creditLine: '0.00' },
      closing: { promotional: '5.00', paid: '0.00', owed: '0.00', debt: '0.00', creditLine: '1.00' },
      lines: [{ kind: 'grant', promotional: '5.00', reason: 'goodwill' }, { kind: 'line' }],
    });
    const csv = await get('statements/2026-11.csv');
    expect(csv.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="statement-2026-11.csv"',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    expect(csv.text).toContain('grant_a,,goodwill,,5.00,0.00,0.00,0.00,0.00\r\n');
    const html = await get('statements/2026-11.html');
    expect(html.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8' });
    expect(html.headers['content-security-policy']).toContain("default-src 'none'");
    expect(html.text).toContain('<h1>Statement 2026-11</h1>');
  });

  test.each(['2026-13', '2026-11.pdf', '2026-1', '26-11', '2026-12', '2026-11.csv.html'])(
    'a statement of %s gets a clear error',
    async (month) => {
      expect((await get(`statements/${month}`)).status).toBe(400);
    },
  );
});
