import { SECOND_MS } from '../../../lambdas/domain/clock';
import type { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { Random } from '../../simulation/random';
import type { FakeClient } from './fake-client';
import { delta, DONE, type FakeCall, SSE, usageEvent } from './fake-providers';
import { type GatewayStage, INPUT_PICO, OUTPUT_PICO } from './gateway-stage';
import { long, openLongAnswers, pass } from './long-answers';

const SEED = 20_261_130;
const STREAMS = 20;
const PROMPT_TOKENS = 7;
/** More than the first hold of a stream. */
const FIRST_PICO = 6_300n * OUTPUT_PICO;

let stage: GatewayStage;
let gateway: Gateway;
beforeEach(async () => {
  ({ stage, gateway } = await openLongAnswers());
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

/** Counts the extensions that got less than they wanted, because it was all that the account had. */
function countParts(): { count: number } {
  const parts = { count: 0 };
  const { wallet } = stage;
  const extend = wallet.extend.bind(wallet);
  wallet.extend = async (hold, wanted) => {
    const extended = await extend(hold, wanted);
    if (extended.heldPico - hold.heldPico < wanted.wantedPico) parts.count += 1;
    return extended;
  };
  return parts;
}

interface Sent {
  readonly client: FakeClient;
  readonly done: Promise<void>;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  endedAt: number;
}

function start(): Sent {
  const client = stage.client(long());
  const done = gateway.handle(client).then(() => void (sent.endedAt = Date.now()));
  const sent: Sent = { client, done, startedAt: Date.now(), endedAt: Infinity };
  return sent;
}

const hasBegun = ({ client }: Sent): boolean => client.status === 200;
const wasServed = ({ client }: Sent): boolean => client.text.includes('[DONE]');
const wasCut = (sent: Sent): boolean => hasBegun(sent) && sent.client.text.includes('insufficient_quota');

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
    await pass(60);
    await Promise.all(sent.map(({ done }) => done));
    expect(sent.map(({ client }) => client.status).filter((status) => status !== 200 && status !== 429)).toEqual([]);
    expect(sent.filter(wasCut).length).toBe(0);
    waiting -= sent.filter(wasServed).length;
  }
  expect(waiting).toBe(0);
  expect(await stage.spentBy('long')).toBe(truePico + BigInt(STREAMS * PROMPT_TOKENS) * INPUT_PICO);
});

/**
 * Starts a crowd on a wallet that has so many first holds. Another stream arrives every four seconds.
 * @returns all that were sent, the crowd first
 */
async function crowd(firstHolds: bigint, seed: number): Promise<readonly Sent[]> {
  const fundsPico = firstHolds * FIRST_PICO;
  await stage.spendDownTo(fundsPico);
  const random = new Random(seed);
  producing(() => random.between(100, 3_000));
  const sent: Sent[] = [];
  for (let stream = 0; stream < STREAMS; stream += 1) {
    sent.push(start());
    await pass(0.1);
  }
  for (let second = 0; second < 80; second += 4) {
    sent.push(start());
    await pass(4);
    const { availablePico, heldPico } = await stage.balance();
    expect(availablePico).toBeGreaterThanOrEqual(0n);
    expect(heldPico).toBeLessThanOrEqual(fundsPico);
  }
  await pass(60);
  await Promise.all(sent.map(({ done }) => done));
  expect(await stage.spentBy('long')).toBeLessThanOrEqual(fundsPico);
  return sent;
}

/** The streams that were cut while no older one was running. */
function cutAsOldest(sent: readonly Sent[]): readonly Sent[] {
  const isOlder = (one: Sent, cut: Sent) => one.startedAt < cut.startedAt && one.endedAt > cut.endedAt;
  return sent.filter(wasCut).filter((cut) => !sent.filter(hasBegun).some((one) => isOlder(one, cut)));
}

test.each([SEED + 1, SEED + 2])(
  `while ${STREAMS} streams extend on the last money and others arrive, some get a part, and the oldest is served (seed %i)`,
  async (seed) => {
    const parts = countParts();
    const sent = await crowd(24n, seed);
    const [first] = sent;
    expect(sent.slice(0, STREAMS).filter(hasBegun)).toHaveLength(STREAMS);
    expect(first && wasServed(first)).toBe(true);
    expect(cutAsOldest(sent)).toEqual([]);
    expect(parts.count).toBeGreaterThan(0);
    // A cut account needs the worst case for a minute, so newcomers and repetitions are refused and not paid for.
    expect(sent.slice(STREAMS).filter(wasCut).length).toBeLessThanOrEqual(1);
  },
);

test.each([SEED, SEED + 1, SEED + 2])(
  'newcomers of a crowd that is too large for its wallet wait until those that run can go on to their end (seed %i)',
  async (seed) => {
    const sent = await crowd(8n, seed);
    expect(sent.slice(0, STREAMS).filter(hasBegun).length).toBeLessThan(STREAMS / 2);
    expect(sent.filter(wasServed).length).toBeGreaterThan(8);
    expect(sent.filter(wasCut).length).toBeLessThanOrEqual(1);
    expect(cutAsOldest(sent)).toEqual([]);
  },
);

test('a stream that began first goes on to its end while more short ones arrive every second than the wallet can hold for', async () => {
  await stage.spendDownTo(8n * FIRST_PICO);
  const lengths = [6_000];
  producing(() => lengths.pop() ?? 300);
  const oldest = start();
  const later: Sent[] = [];
  for (let second = 0; second < 60; second += 1) {
    await pass(1);
    later.push(start(), start());
  }
  await pass(30);
  await Promise.all([oldest, ...later].map(({ done }) => done));
  expect([wasServed(oldest), wasCut(oldest)]).toEqual([true, false]);
  const [served, busy] = [later.filter(wasServed).length, later.filter(({ client }) => client.status === 429).length];
  expect(served + busy).toBe(later.length);
  expect([served > 10, busy > 10]).toEqual([true, true]);
});
