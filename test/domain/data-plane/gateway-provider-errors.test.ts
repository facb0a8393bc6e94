import { completion, delta, DONE, event, events, fails, JSON_TYPE, usageEvent, whole } from './fake-providers';
import { chat, COST_PICO, GatewayStage, messages, USAGE } from './gateway-stage';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(() => stage.expectBalanced());

const ORGANIZATION = 'org-4XcZmE3xwYjO';
const RATE_TEXT = `Rate limit reached for gpt-5 in organization ${ORGANIZATION} on tokens per min (TPM): Limit 30000.`;
const AFTER_7 = { ...JSON_TYPE, 'retry-after': '7' };

describe.each([
  ['OpenAI', chat(), { 429: 'rate_limit_error', 503: 'server_error', 529: 'server_error' }],
  ['Anthropic', messages(), { 429: 'rate_limit_error', 503: 'overloaded_error', 529: 'overloaded_error' }],
])('the status of a provider’s error for a client of %s', (_dialect, sent, types) => {
  test.each([429, 503, 529] as const)(
    'a provider’s %d stays one, with its retry-after, and is free',
    async (status) => {
      stage.providers.play(whole({ error: { message: 'busy' } }, status, AFTER_7));
      const client = await stage.send(sent);
      expect([client.status, client.answerHeaders['retry-after']]).toEqual([status, '7']);
      expect(client.json).toMatchObject({ error: { type: types[status] } });
      expect(await stage.records()).toMatchObject([{ status: 'provider_error', httpStatus: status, costPico: 0n }]);
    },
  );
});

test('a provider’s 429 reaches the client only after every other provider has failed', async () => {
  stage.providers.play(whole({ error: { message: RATE_TEXT } }, 429), whole(completion('hi', USAGE)));
  expect((await stage.send(chat())).status).toBe(200);
  stage.providers.play(whole({ error: { message: RATE_TEXT } }, 429), fails('unreachable'));
  expect((await stage.send(chat())).status).toBe(502);
  stage.providers.play(fails('unreachable'), whole({ error: { message: RATE_TEXT } }, 429));
  expect((await stage.send(chat())).status).toBe(429);
});

test.each([
  ['a date', 'Wed, 21 Oct 2026 07:28:00 GMT', 'Wed, 21 Oct 2026 07:28:00 GMT'],
  ['a sentence', 'in a moment', undefined],
  ['a negative number', '-5', undefined],
])('a provider’s retry-after that is %s is passed on only if it is one', async (_what, sent, received) => {
  stage.providers.play(whole({ error: { message: 'busy' } }, 429, { ...JSON_TYPE, 'retry-after': sent }));
  expect((await stage.send(chat())).answerHeaders['retry-after']).toBe(received);
});

describe('texts of a provider about the operator', () => {
  const SECRETS = /org-|organi[sz]ation|30000|credit|quota|billing|tokens per min/i;

  test.each<[string, number, object]>([
    ['a rate limit', 429, { error: { message: RATE_TEXT, code: 'rate_limit_exceeded' } }],
    ['any text under 429', 429, { error: { message: 'You get 30000 tokens per minute.' } }],
    ['a rate limit under 503', 503, { error: { message: RATE_TEXT } }],
    ['a request above the limit of a minute', 413, { error: { message: `Request too large. ${RATE_TEXT}` } }],
    [
      'an empty account',
      400,
      { type: 'error', error: { type: 'invalid_request_error', message: 'Your credit balance is too low.' } },
    ],
    ['an unverified organisation', 404, { error: { message: 'Your organization must be verified to use gpt-5.' } }],
    ['a quota', 400, { error: { message: 'You exceeded your current quota.', type: 'insufficient_quota' } }],
    ['a text that is not JSON', 500, { detail: `organization ${ORGANIZATION} is over its billing limit` }],
    ['an error under 200', 200, { error: { message: RATE_TEXT } }],
  ])('%s is replaced (status %d)', async (_what, status, body) => {
    stage.providers.play(whole(body, status));
    const client = await stage.send(chat());
    expect(client.text).not.toMatch(SECRETS);
    expect(client.status).toBe(status === 200 || status === 500 ? 502 : status);
    expect(client.json).toMatchObject({
      error: { code: 'provider_error', message: expect.stringContaining('second') as string },
    });
    expect(stage.providers.calls).toHaveLength(2);
    expect(stage.lines.join('\n')).not.toMatch(SECRETS);
  });

  test('a refusal of the request that says nothing about the operator is passed on unchanged, and tried once', async () => {
    const text =
      '{"error":{"message":"messages.0.content: a limit of 5 images applies","type":"invalid_request_error"}}';
    stage.providers.play(whole(text, 400));
    const client = await stage.send(chat());
    expect([client.status, client.text, stage.providers.calls.length]).toEqual([400, text, 1]);
  });

  test('an error inside a stream that speaks of the operator is replaced, and nothing follows it', async () => {
    stage.providers.play(events(delta('hi'), event({ error: { message: RATE_TEXT } }), DONE));
    const client = await stage.send(chat({ stream: true }));
    expect(client.text).not.toMatch(SECRETS);
    expect(client.text).not.toContain('[DONE]');
    expect(client.text.match(/"error"/g)).toHaveLength(1);
    expect(await stage.records()).toMatchObject([{ status: 'interrupted', estimated: true, usage: { output: 2 } }]);
  });

  test('an error inside a stream of messages that speaks of the operator is replaced', async () => {
    const error = { type: 'error', error: { type: 'rate_limit_error', message: RATE_TEXT } };
    stage.providers.play(events(`event: error\n${event(error)}`));
    const client = await stage.send(messages({ stream: true }));
    expect(client.text).not.toMatch(SECRETS);
    expect(client.text.match(/event: error/g)).toHaveLength(1);
  });

  test('an error inside a stream that says nothing about the operator is passed on unchanged', async () => {
    const overloaded = event({ error: { message: 'Overloaded', code: 529 } });
    stage.providers.play(events(delta('hi'), overloaded));
    const client = await stage.send(chat({ stream: true }));
    expect(client.text).toContain(overloaded);
    expect(client.text.match(/"error"/g)).toHaveLength(1);
  });
});

describe('the request ID where Anthropic’s clients look for it', () => {
  const answer = { type: 'message', content: [], usage: { input_tokens: 7, output_tokens: 2 } };

  test.each([
    ['a whole answer', whole(answer), {}],
    ['a stream', events(event({ type: 'message_stop' })), { stream: true }],
    ['an error of the provider', whole({}, 500), {}],
    ['an error of the gateway', whole({}), { model: 'unknown' }],
  ])('%s carries it in request-id beside x-request-id', async (_what, play, extra) => {
    stage.providers.play(play);
    const { answerHeaders } = await stage.send(messages(extra));
    expect(answerHeaders['x-request-id']).toMatch(/^req_/);
    expect(answerHeaders['request-id']).toBe(answerHeaders['x-request-id']);
  });

  test.each([
    ['of the provider', whole({}, 500), messages()],
    ['of the gateway', whole({}), messages({ model: 'unknown' })],
    ['at a path that does not exist', whole({}), { ...messages(), path: '/v1/messages/nowhere' }],
  ])('an error %s names it in the body', async (_what, play, sent) => {
    stage.providers.play(play);
    const client = await stage.send(sent);
    expect(client.json).toMatchObject({ type: 'error', request_id: client.answerHeaders['x-request-id'] });
  });

  test('an error inside a stream names it', async () => {
    stage.providers.play(events(event({ type: 'message_start', message: {} })));
    const client = await stage.send(messages({ stream: true }));
    expect(client.text).toContain(`"request_id":"${client.answerHeaders['request-id'] ?? 'none'}"`);
  });

  test('an answer for a client of OpenAI carries it in x-request-id alone', async () => {
    stage.providers.play(events(delta('hi'), usageEvent(USAGE), DONE));
    const { answerHeaders } = await stage.send(chat({ stream: true }));
    expect(answerHeaders).not.toHaveProperty('request-id');
    expect(await stage.records()).toMatchObject([{ costPico: COST_PICO }]);
  });
});
