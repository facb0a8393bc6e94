import type { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { DONE, silent, SSE, usageEvent } from './fake-providers';
import { type GatewayStage, OUTPUT_PICO } from './gateway-stage';
import { long, openLongAnswers, pass } from './long-answers';

let stage: GatewayStage;
let gateway: Gateway;
beforeEach(async () => {
  ({ stage, gateway } = await openLongAnswers({ now: Date.UTC(2026, 10, 30) }));
  stage.providers.play(silent);
});
afterEach(() => stage.closeTimed());

test('a key’s limit of tokens a minute counts the first hold of a stream, is corrected at its end, and cuts nothing', async () => {
  await stage.useRules({ tokensPerMinute: 10_000 });
  const client = stage.client(long());
  const done = gateway.handle(client);
  const call = await stage.providers.asked();
  call.head(200, SSE);
  const early = stage.client(long());
  await gateway.handle(early);
  expect([early.status, early.json]).toMatchObject([429, { error: { code: 'rate_limit_exceeded' } }]);
  await pass(30);
  expect(call.aborted).toBe(false);
  call.data(usageEvent({ prompt_tokens: 7, completion_tokens: 11_993, total_tokens: 12_000 }) + DONE);
  call.end();
  await done;
  expect(client.text).toContain('[DONE]');
  const late = stage.client(long());
  await gateway.handle(late);
  expect([late.status, late.answerHeaders['x-ratelimit-remaining-tokens']]).toEqual([429, '0']);
});

test('after a cut, a request whose worst case is above the limit of tokens a minute is told to come back, not to give up', async () => {
  await stage.spendDownTo(2n * 6_048n * OUTPUT_PICO);
  await stage.useRules({ tokensPerMinute: 10_000 });
  const cut = stage.client(long());
  const done = gateway.handle(cut);
  (await stage.providers.asked()).head(200, SSE);
  await pass(50);
  await done;
  expect(cut.text).toContain('insufficient_quota');
  const next = stage.client(long());
  await gateway.handle(next);
  expect([next.status, next.json]).toMatchObject([429, { error: { code: 'wallet_busy' } }]);
  expect(next.answerHeaders).not.toHaveProperty('x-should-retry');
});
