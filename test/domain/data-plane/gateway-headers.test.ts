import { completion, delta, DONE, JSON_TYPE, SSE, usageEvent, whole } from './fake-providers';
import { chat, GatewayStage, USAGE } from './gateway-stage';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(() => stage.expectBalanced());

test('a client sees no provider header that reveals something about the operator', async () => {
  stage.providers.play(
    whole(completion('hi', USAGE), 200, {
      ...JSON_TYPE,
      'openai-organization': 'org',
      'set-cookie': 'a=b',
      'x-ratelimit-limit-requests': '5',
    }),
  );
  const { answerHeaders } = await stage.send(chat());
  expect(Object.keys(answerHeaders).sort()).toEqual([
    'content-length',
    'content-type',
    'x-request-id',
    'x-tollgate-cost',
  ]);
});

test('a provider receives only the protocol’s headers from the client, and no identity', async () => {
  stage.providers.play(whole(completion('hi', USAGE)));
  await stage.send({
    ...chat({ user: 'alice' }),
    headers: { 'x-forwarded-for': '203.0.113.9', cookie: 'a=b', 'user-agent': 'alice', 'openai-beta': 'x' },
  });
  const [call] = stage.providers.calls;
  expect(call?.request.headers).toEqual({
    'openai-beta': 'x',
    'content-type': 'application/json',
    accept: 'application/json',
  });
  expect(call?.json['user']).toBeUndefined();
});

const ODD = { ...JSON_TYPE, 'retry-after': 'in a moment\u2026' };

test('a whole answer reaches the client although its provider sends a header with other characters than ASCII', async () => {
  stage.providers.play(whole(completion('hi', USAGE), 200, ODD));
  const { status, text, answerHeaders } = await stage.send(chat());
  expect([status, text]).toEqual([200, expect.stringContaining('hi')]);
  expect(answerHeaders['retry-after']).toBe('in a moment?');
});

test('a refusal of a provider reaches the client although it has a header with other characters than ASCII', async () => {
  stage.providers.play(whole({ error: { message: 'no' } }, 400, ODD));
  expect((await stage.send(chat())).status).toBe(400);
});

test('a stream reaches the client although its provider sends a header with other characters than ASCII', async () => {
  stage.providers.play((call) => {
    call.head(200, { ...SSE, 'content-type': 'text/event-stream; charset=\u201cutf-8\u201d' });
    call.data(delta('hi') + usageEvent(USAGE) + DONE);
    call.end();
  });
  const { status, text, answerHeaders } = await stage.send(chat({ stream: true }));
  expect([status, text]).toEqual([200, expect.stringContaining('hi')]);
  expect(answerHeaders['content-type']).toBe('text/event-stream; charset=?utf-8?');
});
