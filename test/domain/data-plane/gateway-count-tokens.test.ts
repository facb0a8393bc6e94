import { Catalog } from '../../../lambdas/domain/catalog/catalog';
import { MINUTE_MS, SECOND_MS } from '../../../lambdas/domain/clock';
import { FREE_REQUESTS_PER_MINUTE_MAX } from '../../../lambdas/domain/data-plane/free/serve-free';
import { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { catalogOf, modelOf, versionOf } from '../catalog/example-catalog';
import type { FakeClient, Sent } from './fake-client';
import { fails, silent, whole } from './fake-providers';
import { GatewayStage } from './gateway-stage';

const PATH = '/v1/messages/count_tokens';
const COUNT = { input_tokens: 2_095 };

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.openTimed();
  stage.providers.play(whole(COUNT));
});
afterEach(() => stage.closeTimed());

const counting = (extra: object = {}): Sent => ({
  path: PATH,
  body: { model: 'claude', messages: [{ role: 'user', content: 'a canary' }], ...extra },
});
const count = (extra: object = {}, headers = {}): Promise<FakeClient> => stage.send({ ...counting(extra), headers });

/** The status, and the type of an error in Anthropic's dialect. */
const outcome = ({ status, json }: FakeClient): unknown => [
  status,
  (json as { error?: { type?: string } }).error?.type,
];

test('a count of tokens is passed on, free and without a record', async () => {
  const before = await stage.balance();
  const client = await count();
  expect([client.status, client.json]).toEqual([200, COUNT]);
  expect(client.answerHeaders).toMatchObject({ 'x-request-id': expect.stringMatching(/^req_/) as string });
  expect(client.answerHeaders).not.toHaveProperty('x-tollgate-cost');
  expect(await stage.balance()).toEqual(before);
  expect(await stage.records()).toEqual([]);
  expect(stage.lines).toEqual([]);
});

test('a count of tokens reaches the provider as the client wrote it, without identities', async () => {
  const tools = [{ type: 'web_search_20250305', name: 'web_search' }];
  await count({ metadata: { user_id: 'someone' }, system: 'be brief', tools }, { 'anthropic-beta': 'a-beta' });
  const { request, json } = stage.providers.calls[0]!;
  expect([request.provider.id, request.path]).toEqual(['anthropic', PATH]);
  expect(request.headers).toMatchObject({ 'anthropic-beta': 'a-beta' });
  expect(json).toEqual({ ...(counting().body as object), system: 'be brief', tools });
});

test('a count of tokens for an alias of the deployment names the provider’s model', async () => {
  const model = modelOf({ id: 'claude', endpoints: ['messages'], prices: [versionOf([0, { input: 1, output: 1 }])] });
  const provider = { id: 'anthropic', dialect: 'anthropic', baseUrl: 'http://anthropic.test' } as const;
  const aliases = new Map([['house', 'claude']]);
  const rules = { disabled: new Set<string>(), hidden: new Set<string>(), aliases, routes: new Map<string, never>() };
  const catalog = new Catalog(catalogOf({ anthropic: [model] }), [provider], rules);
  await new Gateway({ ...stage.dependencies, catalog }).handle(stage.client(counting({ model: 'house' })));
  expect(stage.providers.calls[0]?.json).toMatchObject({ model: 'claude' });
});

describe('an account that may not count tokens', () => {
  test('a suspended account is refused a count of tokens, before anything is counted or sent', async () => {
    await stage.suspend();
    expect(outcome(await count())).toEqual([403, 'permission_error']);
    expect(stage.providers.calls).toEqual([]);
  });

  test('an empty wallet is refused a count of tokens', async () => {
    await stage.spendDownTo(0n);
    expect(outcome(await count())).toEqual([402, 'billing_error']);
    expect(stage.providers.calls).toEqual([]);
  });

  test('a wallet whose money is all held by running requests can count tokens', async () => {
    await stage.reserve((await stage.balance()).availablePico);
    expect((await count()).status).toBe(200);
    await stage.other.expireDue({ everything: true });
  });

  test.each([
    ['of another scope', { scopes: ['chat'] as ['chat'] }, 403],
    ['for other models', { models: ['chatty'] }, 403],
    ['for a region in which no provider is', { regions: ['eu'] }, 403],
  ])('a key %s is refused a count of tokens', async (_what, rules, status) => {
    await stage.useRules(rules);
    expect(outcome(await count())).toEqual([status, 'permission_error']);
    expect(stage.providers.calls).toEqual([]);
  });

  test('a request without a key is refused a count of tokens before its body is read', async () => {
    const client = await count({}, { authorization: undefined });
    expect([outcome(client), client.bodyReads]).toEqual([[401, 'authentication_error'], 0]);
  });
});

test.each([
  [{ model: undefined }, 400, 'invalid_request_error'],
  [{ messages: 'hi' }, 400, 'invalid_request_error'],
  [{ messages: [] }, 400, 'invalid_request_error'],
  [{ Model: 'dearer' }, 400, 'invalid_request_error'],
  [{ model: 'unknown' }, 404, 'not_found_error'],
  [{ model: 'chatty' }, 404, 'not_found_error'],
])(
  'a count of tokens with %j is refused in Anthropic’s dialect, before anything is sent',
  async (extra, ...refusal) => {
    expect(outcome(await count(extra))).toEqual(refusal);
    expect(stage.providers.calls).toEqual([]);
  },
);

test('an account can count tokens 600 times a minute, in all processes together', async () => {
  stage.stoppedAt = Date.parse('2026-11-20T10:00:30Z');
  const first = await count();
  expect(first.status).toBe(200);
  for (let sent = 1; sent < FREE_REQUESTS_PER_MINUTE_MAX; sent += 1) await count();
  stage.providers.play(whole(COUNT));
  const refused = await count();
  expect(outcome(refused)).toEqual([429, 'rate_limit_error']);
  expect(refused.answerHeaders['retry-after']).toBe('30');
  const another = stage.client(counting());
  await new Gateway(stage.dependencies).handle(another);
  expect(another.status).toBe(429);
  expect(stage.providers.calls).toEqual([]);
  stage.turnedMs += MINUTE_MS;
  expect((await count()).status).toBe(200);
});

describe('a provider that does not count tokens', () => {
  test.each([
    ['a page', 404, '<html>Not Found</html>'],
    ['an error of its web server', 404, '{"detail":"Not Found"}'],
    ['an error in another dialect', 404, '{"error":{"message":"Invalid URL","type":"invalid_request_error"}}'],
    ['that the method is not allowed', 405, ''],
    ['that it is not implemented', 501, ''],
  ])(
    'a provider that answers a count of tokens with %s leads to an error that says so',
    async (_what, status, body) => {
      stage.providers.play(whole(body, status));
      const client = await count();
      expect(outcome(client)).toEqual([404, 'not_found_error']);
      expect(client.text).toContain('The provider anthropic does not count tokens.');
    },
  );

  test('an error of the provider about the request is passed on unchanged', async () => {
    const error = { type: 'error', error: { type: 'not_found_error', message: 'model: claude' } };
    stage.providers.play(whole(error, 404));
    const client = await count();
    expect([client.status, client.json]).toEqual([404, error]);
  });
});

describe('a provider that fails to count tokens', () => {
  test.each([
    ['that breaks off', fails('broken'), 502, 'api_error'],
    ['that cannot be reached', fails('unreachable'), 502, 'api_error'],
    ['that answers 200 with something else', whole('{"tokens":1}'), 502, 'api_error'],
    ['that answers with more than a count', whole(`{"input_tokens":1,"x":"${'x'.repeat(70_000)}"}`), 502, 'api_error'],
    ['that refuses the operator’s key', whole({ type: 'error', error: {} }, 401), 502, 'api_error'],
    ['that is overloaded', whole({ type: 'error', error: {} }, 503), 503, 'overloaded_error'],
  ])('a provider %s leads to an error in Anthropic’s dialect', async (_what, play, ...refusal) => {
    stage.providers.play(play);
    expect(outcome(await count())).toEqual(refusal);
    expect(await stage.records()).toEqual([]);
  });

  test('a provider that is silent for thirty seconds is given up', async () => {
    const client = stage.client(counting());
    const { done, call } = await stage.begin(client);
    await jest.advanceTimersByTimeAsync(30 * SECOND_MS);
    await done;
    expect([outcome(client), call.aborted]).toEqual([[504, 'timeout_error'], true]);
  });

  test('another provider counts the tokens if the first one fails', async () => {
    const model = modelOf({ id: 'claude', endpoints: ['messages'], prices: [versionOf([0, { input: 1, output: 1 }])] });
    const provider = { dialect: 'anthropic', baseUrl: 'http://anthropic.test' } as const;
    const catalog = new Catalog(catalogOf({ one: [model], two: [model] }), [
      { id: 'one', ...provider },
      { id: 'two', ...provider },
    ]);
    stage.providers.play(whole('<html>', 404), whole(COUNT));
    const client = stage.client(counting());
    await new Gateway({ ...stage.dependencies, catalog }).handle(client);
    expect([client.json, stage.providers.calls.map(({ request }) => request.provider.id)]).toEqual([
      COUNT,
      ['one', 'two'],
    ]);
  });

  test('a client that leaves ends its count of tokens at the provider', async () => {
    const client = stage.client(counting());
    const { done, call } = await stage.begin(client);
    client.leave();
    await done;
    expect([client.begins, call.aborted]).toEqual([0, true]);
  });

  test('a host that stops ends a count of tokens, and says so', async () => {
    const client = stage.client(counting());
    const { done, call } = await stage.begin(client, silent);
    await stage.gateway.stop();
    await done;
    expect([outcome(client), call.aborted]).toEqual([[503, 'overloaded_error'], true]);
  });
});
