import { completion, delta, DONE, events, fails, SSE, usageEvent, whole } from './fake-providers';
import { chat, COST_PICO, GatewayStage, USAGE } from './gateway-stage';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(() => stage.expectBalanced());

test('the next provider gets the request when the first fails, and only the one that answered is charged', async () => {
  stage.providers.play(fails('unreachable'), whole(completion('hi', USAGE)));
  const client = await stage.send(chat());
  expect(client.status).toBe(200);
  expect(stage.providers.calls.map(({ request }) => request.provider.id)).toEqual(['first', 'second']);
  const failedAttempts = [{ provider: 'first', failure: 'unreachable' }];
  expect(await stage.records()).toMatchObject([{ provider: 'second', costPico: COST_PICO, failedAttempts }]);
});

test('a record has no attempts when the first provider answers, and only those before the last when all fail', async () => {
  stage.providers.play(whole(completion('hi', USAGE)));
  await stage.send(chat());
  stage.providers.play(whole({ error: { message: 'no' } }, 503), fails('timeout'));
  await stage.send(chat());
  const [failed, served] = (await stage.records()).map(({ status, failedAttempts }) => ({ status, failedAttempts }));
  expect([served, failed]).toEqual([
    { status: 'completed', failedAttempts: undefined },
    { status: 'provider_error', failedAttempts: [{ provider: 'first', httpStatus: 503 }] },
  ]);
});

test.each([
  ['HTML under 200', whole('<p>hi</p>')],
  ['half of an answer under 200', whole('{"choices":[{"index":0,')],
  ['an error under 200', whole({ error: { message: 'no' } })],
  ['a rate limit', whole({ error: { message: 'no' } }, 429)],
  ['the operator’s key refused', whole({ error: { message: 'no' } }, 401)],
])('the next provider gets the request after %s', async (_what, play) => {
  stage.providers.play(play, events(delta('hi'), usageEvent(USAGE), DONE));
  const client = await stage.send(chat({ stream: true }));
  expect(client.text).toContain(DONE);
  expect(await stage.records()).toMatchObject([{ provider: 'second', costPico: COST_PICO }]);
});

test('a stream that has begun is not retried at another provider', async () => {
  stage.providers.play((call) => {
    call.head(200, SSE);
    call.data(delta('hi'));
    call.fail();
  });
  await stage.send(chat({ stream: true }));
  expect(stage.providers.calls).toHaveLength(1);
});

test('promise-01 a provider that logs prompts gets no request, and the next one serves it', async () => {
  stage.providers.refusals.set('first', 'logs_content');
  stage.providers.play(whole(completion('hi', USAGE)));
  expect((await stage.send(chat())).status).toBe(200);
  expect(stage.providers.calls.map(({ request }) => request.provider.id)).toEqual(['second']);
  expect(await stage.records()).toMatchObject([{ provider: 'second', costPico: COST_PICO }]);
});

test.each([
  ['logs_content', 'keeps a log of prompts and answers, so it gets no request until its operator switches that off.'],
  ['logging_unknown', 'does not tell whether it keeps a log of prompts and answers, so it gets no request.'],
] as const)('a request gets 503, free of charge, if every provider is refused because of %s', async (refusal, text) => {
  stage.providers.refusals.set('first', refusal).set('second', refusal);
  for (const stream of [false, true]) {
    const client = await stage.send(chat({ stream }));
    expect(client.status).toBe(503);
    expect(client.text).toContain(`The provider second ${text}`);
  }
  expect(stage.providers.calls).toEqual([]);
  const nothing = { status: 'provider_error', costPico: 0n };
  expect(await stage.records()).toMatchObject([nothing, nothing]);
});
