import { z } from 'zod';
import type { KeyRules } from '../../lambdas/contracts/http/key-rules';
import { ProcessRun } from './process-run';

const run = new ProcessRun();
beforeAll(() => run.start());
afterAll(() => run.stop());

const keySchema = z.object({ keyId: z.string(), apiKey: z.string() });
const errorSchema = z.object({ error: z.object({ code: z.string() }) });

const file = (rules: KeyRules): string => run.file('rules.json', JSON.stringify(rules));

async function create(rules: KeyRules) {
  const payer = await run.owner();
  const { out } = await run.tollgate('keys', 'create', run.gateway.accountId, '--rules', file(rules), '--payer', payer);
  return keySchema.parse(JSON.parse(out));
}

const codeOf = async (answer: Response) => [answer.status, errorSchema.parse(await answer.json()).error.code];

test('a key obeys its rules, and changed rules apply to the next request', async () => {
  const { keyId, apiKey } = await create({
    models: ['demo'],
    cidrs: ['127.0.0.0/8', '::1/128'],
    labels: { team: 'a' },
  });
  const answer = await run.ask(apiKey);
  expect(answer.status).toBe(200);
  const requestId = answer.headers.get('x-request-id') ?? '';
  const record = await run.get(`/requests/${requestId}`, apiKey);
  expect(await record.json()).toMatchObject({ labels: { team: 'a' }, status: 'completed' });

  const change = (rules: KeyRules) =>
    run.tollgate('keys', 'change', run.gateway.accountId, keyId, '--rules', file(rules));
  expect(JSON.parse((await change({ cidrs: ['192.0.2.0/24'] })).out)).toMatchObject({ version: 2 });
  expect(await codeOf(await run.ask(apiKey))).toEqual([403, 'ip_not_allowed']);
  await change({ scopes: ['models'] });
  expect(await codeOf(await run.ask(apiKey))).toEqual([403, 'scope_not_allowed']);
  await change({ regions: ['eu'] });
  expect(await codeOf(await run.ask(apiKey))).toEqual([403, 'provider_not_allowed']);
  await change({});
  expect((await run.ask(apiKey)).status).toBe(200);
});

test('concurrent requests together never spend more than the budget of their key', async () => {
  // A fortieth of a cent.
  const { apiKey } = await create({ budget: { limitPico: '250000000', window: 'day', timeZone: 'Europe/Berlin' } });
  const answers = await Promise.all(Array.from({ length: 12 }, () => run.ask(apiKey, 'x'.repeat(400))));
  const refused = answers.filter(({ status }) => status === 402);
  expect(answers.filter(({ status }) => status === 200).length + refused.length).toBe(12);
  expect(refused.length).toBeGreaterThan(0);
  const costs = answers.map(({ headers }) => Number(headers.get('x-tollgate-cost') ?? 0));
  expect(costs.reduce((sum, cost) => sum + cost, 0)).toBeLessThanOrEqual(0.000_25);
  expect(await run.tollgate('ledger', 'verify')).toMatchObject({ code: 0, err: '' });
});

test('the rate limit of a key refuses further requests in the same minute', async () => {
  const { apiKey } = await create({ requestsPerMinute: 1 });
  const statuses: number[] = [];
  // A new minute may begin between two requests.
  while (statuses.at(-1) !== 429 && statuses.length < 5) {
    const answer = await run.ask(apiKey);
    statuses.push(answer.status);
    if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    await answer.arrayBuffer();
  }
  expect([statuses[0], statuses.at(-1)]).toEqual([200, 429]);
});

test('a role key is created without a secret, and a local run refuses it', async () => {
  const role = 'arn:aws:iam::111122223333:role/worker';
  const payer = await run.owner();
  const { out } = await run.tollgate('keys', 'create', run.gateway.accountId, '--role', role, '--payer', payer);
  const created = JSON.parse(out) as { readonly keyId: string };
  expect(created).toEqual({ accountId: run.gateway.accountId, keyId: expect.any(String) as string, role });
  const { status } = await fetch(`${run.gateway.gatewayUrl}/models`, { headers: { 'x-api-key': created.keyId } });
  expect(status).toBe(401);
  const wrong = await run.tollgate('keys', 'create', run.gateway.accountId, '--role', 'worker');
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('Give the role by its ARN') as string]);
});

test('the list of keys shows their rules but no secret', async () => {
  const { keyId, apiKey } = await create({ concurrency: 2 });
  const { out } = await run.tollgate('keys', 'list', run.gateway.accountId);
  const keys = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(keys).toContainEqual(
    expect.objectContaining({ keyId, rules: { concurrency: 2 }, lastFour: apiKey.slice(-4) }),
  );
  expect(out).not.toContain(apiKey.slice(-20, -4));
});

test.each([
  ['{"rpm":5}', 'The rules are invalid: Unrecognized key: "rpm".'],
  ['{"budget":{"limitPico":5,"window":"day"}}', 'The rules are invalid: budget.limitPico '],
  ['not JSON', 'it does not exist or is not JSON.'],
])('a rules file with %s is a usage error', async (text, message) => {
  const path = run.file('wrong.json', text);
  const { code, err } = await run.tollgate('keys', 'create', run.gateway.accountId, '--rules', path);
  expect(code).toBe(2);
  expect(err).toContain(message);
});

test('an account that an operator suspended is refused until it is resumed', async () => {
  const token = await run.accessToken('operator');
  const act = (what: string, body?: object) =>
    fetch(`${run.gateway.apiUrl}/v1/accounts/${run.gateway.accountId}/${what}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': what },
      ...(body && { body: JSON.stringify(body) }),
    });
  expect((await act('suspend', { reason: 'security' })).status).toBe(200);
  expect(await codeOf(await run.ask())).toEqual([403, 'account_suspended']);
  expect((await act('resume')).status).toBe(200);
  expect((await run.ask()).status).toBe(200);
});
