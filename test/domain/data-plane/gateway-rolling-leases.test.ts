import { SECOND_MS } from '../../../lambdas/domain/clock';
import { Catalog } from '../../../lambdas/domain/catalog/catalog';
import type { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { PICO_PER_USD } from '../../../lambdas/domain/money/pico';
import { outcomeOf } from '../wallet/wallet-stage';
import { catalogOf, modelOf, versionOf } from '../catalog/example-catalog';
import type { FakeClient } from './fake-client';
import { delta, DONE, type FakeCall, SSE, usageEvent } from './fake-providers';
import { chat, type GatewayStage } from './gateway-stage';
import { openLongAnswers } from './long-answers';

const REQUESTS = 10;
const OUTPUT_TOKENS_MAX = 128_000;
/** $5 and $25 per million tokens. */
const [INPUT_PICO, OUTPUT_PICO] = [5_000_000n, 25_000_000n];
const CATALOG = new Catalog(
  catalogOf({
    openai: [
      modelOf({
        id: 'long',
        contextTokens: 200_000,
        outputTokensMax: OUTPUT_TOKENS_MAX,
        prices: [versionOf([0, { input: Number(INPUT_PICO), output: Number(OUTPUT_PICO) }])],
      }),
    ],
  }),
  [{ id: 'openai', dialect: 'openai', baseUrl: 'http://openai.test/v1' }],
);
const PROMPT_TOKENS = 7;

let stage: GatewayStage;
let gateway: Gateway;
beforeEach(async () => {
  ({ stage, gateway } = await openLongAnswers({ catalog: CATALOG }));
});
afterEach(() => stage.closeTimed());

/** Gives the account this much money, and makes it contended. */
async function fund(usd: bigint): Promise<void> {
  await stage.spendDownTo(0n);
  await stage.credit(usd * PICO_PER_USD);
  stage.store.plan('conflict');
  const hold = await stage.reserve(1n);
  await stage.wallet.settle({ hold, kind: 'release', costPico: 0n, record: outcomeOf(hold) });
}

/** Providers that produce this many tokens a second, and report them at the end. */
function producing(tokensPerSecond: number, seconds: number): void {
  stage.providers.play((call: FakeCall) => {
    let elapsed = 0;
    call.head(200, SSE);
    const timer = setInterval(() => {
      elapsed += 1;
      call.data(delta('word '));
      if (elapsed < seconds && !call.aborted) return;
      clearInterval(timer);
      const usage = { prompt_tokens: PROMPT_TOKENS, completion_tokens: tokensPerSecond * seconds };
      call.data(usageEvent({ ...usage, total_tokens: PROMPT_TOKENS + usage.completion_tokens }) + DONE);
      call.end();
    }, SECOND_MS);
  });
}

const stream = (extra: object = {}): FakeClient =>
  stage.client(chat({ model: 'long', max_tokens: OUTPUT_TOKENS_MAX, stream: true, ...extra }));

const costOf = (tokens: number): bigint => BigInt(PROMPT_TOKENS) * INPUT_PICO + BigInt(tokens) * OUTPUT_PICO;

/** Serves requests at once. @returns their clients, and the most that the account held for them */
async function serve(count: number, seconds: number): Promise<{ clients: FakeClient[]; heldPico: bigint }> {
  const clients = Array.from({ length: count }, () => stream());
  const done = clients.map((client) => gateway.handle(client));
  await jest.advanceTimersByTimeAsync(SECOND_MS / 2);
  const { heldPico } = await stage.balance();
  await jest.advanceTimersByTimeAsync(seconds * SECOND_MS);
  await Promise.all(done);
  return { clients, heldPico };
}

const isServed = (client: FakeClient): boolean => client.status === 200 && client.text.includes('[DONE]');

/** Ends the leases, which hold money until they are due. */
async function sweep(): Promise<void> {
  await jest.advanceTimersByTimeAsync(130 * SECOND_MS);
  await stage.other.expireDue();
}

test(`${REQUESTS} requests at once for 128,000 tokens at $25 a million are served on a contended account of $20`, async () => {
  await fund(20n);
  producing(100, 3);
  const { clients } = await serve(REQUESTS, 5);
  expect(clients.filter(isServed).length).toBe(REQUESTS);
  expect(await stage.spentBy('long')).toBe(BigInt(REQUESTS) * costOf(300));
  await sweep();
});

test('a contended account of $2,000 serves requests for 128,000 tokens on leases of less than $7 each', async () => {
  await fund(2_000n);
  producing(100, 3);
  const { clients, heldPico } = await serve(REQUESTS, 5);
  expect(clients.filter(isServed).length).toBe(REQUESTS);
  const records = (await stage.records()).filter(({ model }) => model === 'long');
  expect(new Set(records.map(({ leaseTurn }) => leaseTurn)).size).toBe(REQUESTS);
  expect(records.every(({ leaseTurn }) => leaseTurn !== undefined)).toBe(true);
  expect(heldPico).toBeLessThan(BigInt(REQUESTS) * 7n * PICO_PER_USD);
  await sweep();
});

test('a stream that outgrows its lease goes on, and is charged in full', async () => {
  await fund(2_000n);
  producing(3_000, 110);
  // Eight choices cost up to $25.60, and the lease holds less than $7.
  const client = stream({ n: 8 });
  const done = gateway.handle(client);
  await jest.advanceTimersByTimeAsync(SECOND_MS / 2);
  const { heldPico: firstPico } = await stage.balance();
  expect(firstPico).toBeLessThan(7n * PICO_PER_USD);
  await jest.advanceTimersByTimeAsync(112 * SECOND_MS);
  await done;
  expect(isServed(client)).toBe(true);
  const record = (await stage.records()).find(({ model }) => model === 'long');
  expect(record).toMatchObject({ costPico: costOf(330_000), overrunPico: 0n, leaseTurn: expect.any(String) as string });
  expect(record?.costPico).toBeGreaterThan(firstPico);
  await sweep();
});
