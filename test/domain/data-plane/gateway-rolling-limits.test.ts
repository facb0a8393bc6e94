import { SECOND_MS } from '../../../lambdas/domain/clock';
import { Catalog } from '../../../lambdas/domain/catalog/catalog';
import { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { catalogOf, modelOf, versionOf } from '../catalog/example-catalog';
import { DONE, silent, SSE, usageEvent } from './fake-providers';
import { chat, GatewayStage, OUTPUT_PICO } from './gateway-stage';

const CATALOG = new Catalog(
  catalogOf({
    openai: [
      modelOf({
        id: 'long',
        contextTokens: 200_000,
        outputTokensMax: 128_000,
        prices: [versionOf([0, { input: 10, output: Number(OUTPUT_PICO) }])],
      }),
    ],
  }),
  [{ id: 'openai', dialect: 'openai', baseUrl: 'http://openai.test/v1' }],
);

let stage: GatewayStage;
let gateway: Gateway;
beforeEach(async () => {
  jest.useFakeTimers({ now: Date.UTC(2026, 10, 30), doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  stage = await GatewayStage.open();
  gateway = new Gateway({ ...stage.dependencies, catalog: CATALOG });
  stage.providers.play(silent);
});
afterEach(() => stage.closeTimed());

const long = () => stage.client(chat({ model: 'long', max_tokens: 128_000, stream: true }));

test('a key’s limit of tokens a minute counts the first hold of a stream, is corrected at its end, and cuts nothing', async () => {
  await stage.useRules({ tokensPerMinute: 10_000 });
  const client = long();
  const done = gateway.handle(client);
  const call = await stage.providers.asked();
  call.head(200, SSE);
  const early = long();
  await gateway.handle(early);
  expect([early.status, early.json]).toMatchObject([429, { error: { code: 'rate_limit_exceeded' } }]);
  await jest.advanceTimersByTimeAsync(30 * SECOND_MS);
  expect(call.aborted).toBe(false);
  call.data(usageEvent({ prompt_tokens: 7, completion_tokens: 11_993, total_tokens: 12_000 }) + DONE);
  call.end();
  await done;
  expect(client.text).toContain('[DONE]');
  const late = long();
  await gateway.handle(late);
  expect([late.status, late.answerHeaders['x-ratelimit-remaining-tokens']]).toEqual([429, '0']);
});

test('after a cut, a request whose worst case is above the limit of tokens a minute is told to come back, not to give up', async () => {
  await stage.spendDownTo(2n * 6_048n * OUTPUT_PICO);
  await stage.useRules({ tokensPerMinute: 10_000 });
  const cut = long();
  const done = gateway.handle(cut);
  (await stage.providers.asked()).head(200, SSE);
  await jest.advanceTimersByTimeAsync(50 * SECOND_MS);
  await done;
  expect(cut.text).toContain('insufficient_quota');
  const next = long();
  await gateway.handle(next);
  expect([next.status, next.json]).toMatchObject([429, { error: { code: 'wallet_busy' } }]);
  expect(next.answerHeaders).not.toHaveProperty('x-should-retry');
});
