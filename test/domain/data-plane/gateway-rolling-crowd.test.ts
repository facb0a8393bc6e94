import { SECOND_MS } from '../../../lambdas/domain/clock';
import { Catalog } from '../../../lambdas/domain/catalog/catalog';
import { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { catalogOf, modelOf, versionOf } from '../catalog/example-catalog';
import { Random } from '../../simulation/random';
import type { FakeClient } from './fake-client';
import { delta, DONE, type FakeCall, SSE, usageEvent } from './fake-providers';
import { chat, GatewayStage, INPUT_PICO, OUTPUT_PICO } from './gateway-stage';

const OUTPUT_TOKENS_MAX = 128_000;
const SEED = 20_261_130;
const STREAMS = 20;
const PROMPT_TOKENS = 7;
/** More than the first hold of a stream. */
const FIRST_PICO = 6_200n * OUTPUT_PICO;
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

let stage: GatewayStage;
let gateway: Gateway;
beforeEach(async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  stage = await GatewayStage.open();
  gateway = new Gateway({ ...stage.dependencies, catalog: CATALOG });
});
afterEach(() => stage.closeTimed());

/** A provider that produces 100 tokens a second, up to a number of tokens for each call. */
function producing(tokensOf: () => number): void {
  stage.providers.play((call: FakeCall) => {
    const tokens = tokensOf();
    let produced = 0;
    call.head(200, SSE);
    const timer = setInterval(() => {
      if (call.aborted) {
        clearInterval(timer);
        return;
      }
      produced += 100;
      if (produced < tokens) {
        call.data(delta('x'.repeat(400)));
        return;
      }
      clearInterval(timer);
      call.data(
        usageEvent({ prompt_tokens: PROMPT_TOKENS, completion_tokens: tokens, total_tokens: tokens + 7 }) + DONE,
      );
      call.end();
    }, SECOND_MS);
  });
}

interface Sent {
  readonly client: FakeClient;
  readonly done: Promise<void>;
}

function start(): Sent {
  const client = stage.client(chat({ model: 'long', max_tokens: OUTPUT_TOKENS_MAX, stream: true }));
  return { client, done: gateway.handle(client) };
}

const wasServed = ({ client }: Sent): boolean => client.text.includes('[DONE]');
const wasCut = ({ client }: Sent): boolean => client.status === 200 && client.text.includes('insufficient_quota');

test(`${STREAMS} short streams at once all end, without a cut, on a wallet that holds for a third of them (seed ${SEED})`, async () => {
  const random = new Random(SEED);
  const lengths = Array.from({ length: STREAMS }, () => random.between(100, 600));
  const truePico = lengths.reduce((sum, tokens) => sum + BigInt(tokens) * OUTPUT_PICO, 0n);
  await stage.spendDownTo(7n * FIRST_PICO);
  const left = [...lengths];
  producing(() => left.pop() ?? 0);
  let waiting = STREAMS;
  for (let wave = 0; wave < STREAMS && waiting > 0; wave += 1) {
    // As official clients do, a client that is told to come back does so.
    const sent = Array.from({ length: waiting }, start);
    await jest.advanceTimersByTimeAsync(60 * SECOND_MS);
    await Promise.all(sent.map(({ done }) => done));
    expect(sent.map(({ client }) => client.status).filter((status) => status !== 200 && status !== 429)).toEqual([]);
    expect(sent.filter(wasCut).length).toBe(0);
    waiting -= sent.filter(wasServed).length;
  }
  expect(waiting).toBe(0);
  expect(await stage.spentBy('long')).toBe(truePico + BigInt(STREAMS * PROMPT_TOKENS) * INPUT_PICO);
});

test('streams that run on the last money, while others arrive and repeat, are never charged more than the wallet has', async () => {
  const fundsPico = 30_000n * OUTPUT_PICO;
  await stage.spendDownTo(fundsPico);
  const random = new Random(SEED);
  producing(() => random.between(300, 3_000));
  const all: Sent[] = [];
  for (let second = 0; second < 240; second += 4) {
    all.push(start());
    await jest.advanceTimersByTimeAsync(4 * SECOND_MS);
    const { availablePico, heldPico } = await stage.balance();
    expect(availablePico).toBeGreaterThanOrEqual(0n);
    expect(heldPico).toBeLessThanOrEqual(fundsPico);
  }
  await jest.advanceTimersByTimeAsync(300 * SECOND_MS);
  await Promise.all(all.map(({ done }) => done));
  const [served, cut] = [all.filter(wasServed), all.filter(wasCut)];
  expect(served.length).toBeGreaterThan(0);
  // A cut account needs the worst case for a minute, so its clients' repetitions are refused and not paid for.
  expect(cut.length).toBeLessThanOrEqual(10);
  expect(await stage.spentBy('long')).toBeLessThanOrEqual(fundsPico);
});

test('a stream that began first goes on to its end while more short ones arrive every second than the wallet can hold for', async () => {
  await stage.spendDownTo(8n * FIRST_PICO);
  const lengths = [6_000];
  producing(() => lengths.pop() ?? 300);
  const oldest = start();
  const later: Sent[] = [];
  for (let second = 0; second < 60; second += 1) {
    await jest.advanceTimersByTimeAsync(SECOND_MS);
    later.push(start(), start());
  }
  await jest.advanceTimersByTimeAsync(30 * SECOND_MS);
  await Promise.all([oldest, ...later].map(({ done }) => done));
  expect([wasServed(oldest), wasCut(oldest)]).toEqual([true, false]);
  const [served, busy] = [later.filter(wasServed).length, later.filter(({ client }) => client.status === 429).length];
  expect(served + busy).toBe(later.length);
  expect([served > 10, busy > 10]).toEqual([true, true]);
});
