import type { KeyRules } from '../../../lambdas/contracts/http/key-rules';
import { apiKeyKey } from '../../../lambdas/contracts/storage/table-keys/keys';
import { KEYS } from '../../../lambdas/contracts/storage/tables';
import { completion, fails, whole } from './fake-providers';
import { chat, COST_PICO, GatewayStage, messages, OUTPUT_PICO, USAGE } from './gateway-stage';
import type { Sent } from './fake-client';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
  stage.providers.play(whole(completion('hi', USAGE)));
});
afterEach(async () => {
  await stage.expectBalanced();
});

async function answerTo(sent: Sent, rules: KeyRules) {
  await stage.useRules(rules);
  return stage.send(sent);
}

/** Expects a refusal before anything is held or sent. */
async function expectRefused(sent: Sent, rules: KeyRules, status: number, error: object): Promise<void> {
  const answer = await answerTo(sent, rules);
  expect([answer.status, answer.json]).toMatchObject([status, { error }]);
  expect(stage.providers.calls).toHaveLength(0);
  expect(await stage.records()).toEqual([]);
}

const get = (path: string): Sent => ({ method: 'GET', path });

describe('a key is refused with 403', () => {
  test('a key is refused at an endpoint that it has no scope for, before the body is read', async () => {
    const error = { code: 'scope_not_allowed', type: 'invalid_request_error', param: null };
    await expectRefused(chat(), { scopes: ['messages', 'models', 'requests'] }, 403, error);
    await expectRefused(get('/v1/models'), { scopes: ['chat'] }, 403, error);
    await expectRefused(get('/v1/models/chatty'), { scopes: ['chat'] }, 403, error);
    await expectRefused(get('/v1/requests/req_1'), { scopes: ['chat', 'models'] }, 403, error);
    await expectRefused(get('/v1/receipts/keys'), { scopes: ['chat', 'models'] }, 403, error);
    await expectRefused({ path: '/v1/requests/req_1/cancel' }, { scopes: ['models'] }, 403, error);
    const answer = await answerTo({ ...chat(), body: 'no JSON' }, { scopes: ['models'] });
    expect([answer.status, answer.bodyReads]).toEqual([403, 0]);
  });

  test('a key is refused in Anthropic’s error format if the client speaks that dialect', async () => {
    const error = { type: 'permission_error', message: expect.stringContaining('"messages"') as string };
    await expectRefused(messages(), { scopes: ['chat'] }, 403, error);
  });

  test('a key is refused from an address outside its ranges, and from an unknown address', async () => {
    const rules: KeyRules = { cidrs: ['192.0.2.0/24'] };
    const error = { code: 'ip_not_allowed' };
    await expectRefused({ ...chat(), clientAddress: '198.51.100.7' }, rules, 403, error);
    await expectRefused(chat(), rules, 403, error);
    await expectRefused({ ...get('/v1/models'), clientAddress: '198.51.100.7' }, rules, 403, error);
    // An address that the client claims is ignored.
    const claims = {
      'x-forwarded-for': '192.0.2.1',
      'x-tollgate-client-address': '192.0.2.1',
      forwarded: 'for=192.0.2.1',
    };
    await expectRefused({ ...chat(), headers: claims }, rules, 403, error);
  });

  test('a key is refused a model that its rules exclude, and a model that does not exist stays a 404', async () => {
    const rules: KeyRules = { models: ['vec*'] };
    await expectRefused(chat(), rules, 403, { code: 'model_not_allowed', param: 'model' });
    await expectRefused(chat({ model: 'unknown' }), rules, 404, { code: 'model_not_found' });
  });

  test('promise-28 a key is refused when no provider of the model is in its regions, or retains no data', async () => {
    const error = { code: 'provider_not_allowed', param: 'model' };
    const message = expect.stringContaining('No provider in ch or uk serves the model "chatty"') as string;
    await expectRefused(chat(), { regions: ['ch', 'uk'] }, 403, { ...error, message });
    await expectRefused(chat(), { regions: ['us'], zeroDataRetention: true }, 403, error);
    // This provider has no region.
    await expectRefused(messages(), { regions: ['us', 'eu'] }, 403, { type: 'permission_error' });
    await expectRefused(messages(), { zeroDataRetention: true }, 403, { type: 'permission_error' });
  });

  test('a key with rules that only a later release knows is refused before its body is read', async () => {
    const keyId = await stage.useRules({ concurrency: 1 });
    const set = { rules: '{"concurrency":1,"moonPhase":"full"}' };
    await stage.engine.write({ table: KEYS, update: apiKeyKey(keyId), change: { set } });
    const { status, json, bodyReads } = await stage.send(chat());
    expect([status, json, bodyReads]).toMatchObject([403, { error: { code: 'unknown_rules' } }, 0]);
  });

  test('a key is refused while its account is suspended, except for reads', async () => {
    await stage.suspend();
    const answer = await stage.send(chat());
    expect([answer.status, answer.json]).toMatchObject([403, { error: { code: 'account_suspended' } }]);
    expect((await stage.send(messages())).json).toMatchObject({ error: { type: 'permission_error' } });
    expect((await stage.send(get('/v1/models'))).status).toBe(200);
    expect(stage.providers.calls).toHaveLength(0);
  });
});

describe('a key that is allowed', () => {
  test('a key whose rules all allow the request is served', async () => {
    const rules: KeyRules = {
      scopes: ['chat'],
      models: ['chat*'],
      cidrs: ['192.0.2.0/24', '2001:db8::/32'],
      concurrency: 1,
      budget: { limitPico: '1000000', window: 'day' },
      requestsPerMinute: 5,
      tokensPerMinute: 100_000,
    };
    const answer = await answerTo({ ...chat(), clientAddress: '2001:db8::7' }, rules);
    expect(answer.status).toBe(200);
    expect(await stage.spentPico()).toBe(COST_PICO);
  });

  test('a key is served by the first provider that its rules allow, without a fallback to others', async () => {
    await answerTo(chat(), { regions: ['eu'], zeroDataRetention: true });
    expect(stage.providers.calls.map(({ request }) => request.provider.id)).toEqual(['second']);
    stage.providers.play(fails());
    expect((await answerTo(chat(), { regions: ['us'] })).status).toBe(502);
    expect(stage.providers.calls.map(({ request }) => request.provider.id)).toEqual(['first']);
    expect((await stage.records()).map(({ provider }) => provider)).toEqual(['first', 'second']);
  });

  test('a key sees the models that it may use', async () => {
    const list = await answerTo(get('/v1/models'), { models: ['chat*', 'claude'] });
    expect((list.json as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual(['chatty', 'claude']);
    expect((await stage.send(get('/v1/models/chatty'))).status).toBe(200);
    expect((await stage.send(get('/v1/models/vectors'))).json).toMatchObject({ error: { code: 'model_not_found' } });
    const anthropic = await stage.send({ ...get('/v1/models'), headers: { 'anthropic-version': '2023-06-01' } });
    expect(anthropic.json).toMatchObject({ first_id: 'claude', last_id: 'claude' });
    const none = await answerTo(get('/v1/models'), { models: ['nothing'] });
    expect(none.json).toEqual({ object: 'list', data: [] });
  });

  test('a key’s labels are on the records of its requests, and nowhere else', async () => {
    const labels = { team: 'research', 'cost.centre': '4711' };
    const answer = await answerTo(chat(), { labels });
    const [record] = await stage.records();
    expect(record).toMatchObject({ labels, status: 'completed' });
    const read = await stage.send(get(`/v1/requests/${record?.requestId}`));
    expect(read.json).toMatchObject({ labels });
    const elsewhere = [
      answer.text,
      stage.providers.calls.map(({ request }) => [request.headers, String(request.body)]),
    ];
    expect(JSON.stringify([elsewhere, stage.lines])).not.toContain('research');
    await answerTo(chat(), {});
    expect((await stage.records())[0]).not.toHaveProperty('labels');
  });
});

describe('a budget', () => {
  const budget = (limitPico: bigint): KeyRules => ({ budget: { limitPico: String(limitPico), window: 'month' } });

  test('a budget that does not cover the worst case is refused with 402, like an empty wallet', async () => {
    const message =
      /^The budget of this key has \$0\.000000001 left this month and resets on \d{4}-\d\d-01 \(UTC\); this request can cost up to \$0\.0000000\d+\. Raise the budget, or allow less output\.$/;
    await expectRefused(chat(), budget(1_000n), 402, {
      code: 'insufficient_quota',
      type: 'insufficient_quota',
      message: expect.stringMatching(message) as string,
    });
    await expectRefused({ ...chat() }, { budget: { limitPico: '1000', window: 'total' } }, 402, {
      message: expect.stringContaining('left in total and does not reset;') as string,
    });
  });

  test('a budget limits the output of a request that has no limit of its own', async () => {
    const unlimited = { body: { model: 'chatty', messages: [{ role: 'user', content: 'hi' }] } };
    await answerTo(unlimited, budget(10_000n));
    const [call] = stage.providers.calls;
    const cap = Number(call?.json['max_completion_tokens']);
    expect(cap).toBeGreaterThan(16);
    expect(BigInt(cap) * OUTPUT_PICO).toBeLessThan(10_000n);
    expect(await stage.spentPico()).toBe(COST_PICO);
    // After each request, the rest of the budget is available again.
    for (let requests = 1; requests < 7; requests += 1) expect((await stage.send(unlimited)).status).toBe(200);
    expect(await stage.spentPico()).toBe(7n * COST_PICO);
  });

  test('a budget covers all requests of its key together', async () => {
    await stage.useRules(budget(20_000n));
    // Each can cost up to 50 output tokens, plus its input.
    const answers = await Promise.all(Array.from({ length: 8 }, () => stage.send(chat())));
    const served = answers.filter(({ status }) => status === 200);
    expect(served.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 402)).toHaveLength(8 - served.length);
    expect(await stage.spentPico()).toBe(BigInt(served.length) * COST_PICO);
  });
});

describe('a limit of the minute', () => {
  /** Turns the clock to a second of the next minute, and stops it there. */
  const turnTo = (second: number): void => {
    stage.stoppedAt ??= Date.now();
    stage.turnedMs += 60_000 - ((stage.stoppedAt + stage.turnedMs) % 60_000) + second * 1_000;
  };

  test('a full minute of requests answers 429 with the time to wait and the rest of each limit', async () => {
    turnTo(20);
    await stage.useRules({ requestsPerMinute: 2, tokensPerMinute: 1_000_000 });
    expect([(await stage.send(chat())).status, (await stage.send(chat())).status]).toEqual([200, 200]);
    const refused = await stage.send(chat());
    expect([refused.status, refused.json]).toMatchObject([
      429,
      {
        error: {
          code: 'rate_limit_exceeded',
          type: 'rate_limit_error',
          message: expect.stringContaining('2 requests') as string,
        },
      },
    ]);
    expect(refused.answerHeaders).toMatchObject({
      'retry-after': '40',
      'x-ratelimit-limit-requests': '2',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '40s',
      'x-ratelimit-limit-tokens': '1000000',
      // The actual usage of two requests of nine tokens each.
      'x-ratelimit-remaining-tokens': '999982',
      'x-ratelimit-reset-tokens': '40s',
    });
    expect(refused.answerHeaders).not.toHaveProperty('x-should-retry');
    turnTo(0);
    expect((await stage.send(chat())).status).toBe(200);
  });

  test('a limit of tokens per minute counts the worst case of a request, and after its end the actual tokens', async () => {
    turnTo(0);
    // The body and what chat templates add are below 300 tokens, the output is at most 50.
    await stage.useRules({ tokensPerMinute: 400 });
    for (let requests = 0; requests < 5; requests += 1) expect((await stage.send(chat())).status).toBe(200);
    const [first, second] = await Promise.all([stage.send(chat()), stage.send(chat())]);
    const refused = first.status === 429 ? first : second;
    expect([first.status, second.status].toSorted()).toEqual([200, 429]);
    expect(refused.json).toMatchObject({
      error: { code: 'rate_limit_exceeded', message: expect.stringContaining('allowed 400 tokens a minute') as string },
    });
    expect(refused.answerHeaders).toMatchObject({ 'x-ratelimit-limit-tokens': '400' });
    expect(refused.answerHeaders).not.toHaveProperty('x-ratelimit-limit-requests');
  });

  test('a request that is too large for any minute is refused with a hint not to retry', async () => {
    await stage.useRules({ tokensPerMinute: 50 });
    const refused = await stage.send(messages());
    expect([refused.status, refused.json]).toMatchObject([429, { error: { type: 'rate_limit_error' } }]);
    expect(refused.answerHeaders).toMatchObject({ 'x-should-retry': 'false' });
    expect(refused.answerHeaders).not.toHaveProperty('retry-after');
    expect(stage.providers.calls).toHaveLength(0);
  });
});

test('the concurrency rule limits the requests that run, and one that ends makes room', async () => {
  await stage.useRules({ concurrency: 1 });
  const running = stage.client(chat());
  const { done, call } = await stage.begin(running);
  const refused = await stage.send(chat());
  expect([refused.status, refused.json]).toMatchObject([429, { error: { code: 'rate_limit_exceeded' } }]);
  expect(refused.answerHeaders).toMatchObject({ 'retry-after': '1' });
  whole(completion('hi', USAGE))(call);
  await done;
  stage.providers.play(whole(completion('hi', USAGE)));
  expect([running.status, (await stage.send(chat())).status]).toEqual([200, 200]);
});

test('a change of rules applies to the next request', async () => {
  const keyId = await stage.useRules({ models: ['vectors'] });
  expect((await stage.send(chat())).status).toBe(403);
  await stage.keys.changeRules({ accountId: stage.accountId, keyId, rules: { models: ['chatty'] } });
  expect((await stage.send(chat())).status).toBe(200);
});
