import { SECOND_MS } from '../../../lambdas/domain/clock';
import { Catalog } from '../../../lambdas/domain/catalog/catalog';
import type { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { catalogOf, modelOf, versionOf } from '../catalog/example-catalog';
import { DONE, fails, silent, SSE, usageEvent } from './fake-providers';
import { chat, type GatewayStage } from './gateway-stage';
import { openLongAnswers } from './long-answers';

const LONG = { id: 'mixed', contextTokens: 200_000, outputTokensMax: 128_000 };
const PROMPT = 'x'.repeat(20_000);
/** One provider of the route charges more for prompts, the other for output. */
const CATALOG = new Catalog(
  catalogOf({
    alpha: [modelOf({ ...LONG, prices: [versionOf([0, { input: 100, output: 10 }])] })],
    beta: [modelOf({ ...LONG, prices: [versionOf([0, { input: 1, output: 100 }])] })],
  }),
  [
    { id: 'alpha', dialect: 'openai', baseUrl: 'http://alpha.test/v1' },
    { id: 'beta', dialect: 'openai', baseUrl: 'http://beta.test/v1' },
  ],
);
/** Below twenty times the hold of an account with plenty of money, and below the worst case. */
const FUNDS_PICO = 10_000_000n;

let stage: GatewayStage;
let gateway: Gateway;
beforeEach(async () => {
  ({ stage, gateway } = await openLongAnswers({ catalog: CATALOG }));
  await stage.spendDownTo(FUNDS_PICO);
});
afterEach(() => stage.closeTimed());

test.each([
  ['the first provider', [silent]],
  ['the second provider', [fails('unreachable'), silent]],
])(
  'a first hold lasts for a slice at %s of a route where one charges more for prompts and the other for output',
  async (_which, plays) => {
    stage.providers.play(...plays);
    const { transact } = stage.store.counts;
    // An attempt at a large first hold, then a hold of one slice; a write after these is slow.
    const slow = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, SECOND_MS));
    stage.store.plan('none', 'none', slow);
    const sent = { model: 'mixed', stream: true, max_tokens: 128_000, messages: [{ role: 'user', content: PROMPT }] };
    const client = stage.client(chat(sent));
    const done = gateway.handle(client);
    const call = await stage.providers.asked(plays.length);
    call.head(200, SSE);
    await jest.advanceTimersByTimeAsync(2 * SECOND_MS);
    expect([call.aborted, stage.store.counts.transact - transact]).toEqual([false, 2]);
    stage.store.clear();
    call.data(usageEvent({ prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 }) + DONE);
    call.end();
    await done;
    expect(client.text).toContain('[DONE]');
  },
);
