import type { CutReason } from '../../../lambdas/domain/data-plane/rolling/cut-reason';
import { RollingOutput } from '../../../lambdas/domain/data-plane/rolling/rolling-output';
import { PICO_PER_USD } from '../../../lambdas/domain/money/pico';
import { ACCOUNT, WalletStage } from '../wallet/wallet-stage';

/** A pico-dollar buys a token, so that amounts read as tokens. */
const PACE = { burstTokens: 1_000, tokensPerSecond: 100, isIncremental: false };
const PRICE = {
  version: 'v1',
  from: '2026-01-01T00:00:00Z',
  tiers: [{ abovePromptTokens: 0, picoPerToken: { input: 1, output: 1 } }],
};
const MAX = 100_000;

let stage: WalletStage;
let cuts: CutReason[];
beforeEach(() => {
  jest.useFakeTimers();
  cuts = [];
});
afterEach(async () => {
  jest.useRealTimers();
  await stage.expectSound();
});

async function start(
  fundsPico: bigint,
  { heldTokens = 4_000, choices = 1, outputTokensMax = MAX, promptPico = 0n, returnsRest = true, isShort = false } = {},
) {
  stage = await WalletStage.funded(fundsPico);
  stage.now = Date.now();
  stage.holdMs = 3_600_000;
  const hold = await stage.roll(promptPico + BigInt(heldTokens), promptPico + BigInt(outputTokensMax));
  const clock = (): number => Date.now();
  const onCut = (reason: CutReason): void => void cuts.push(reason);
  const worst = { pico: BigInt(outputTokensMax), tokens: outputTokensMax };
  const plan = { pace: PACE, choices, outputTokensMax, promptPico, outputPico: 1n, worst };
  const rolling = new RollingOutput({
    wallet: stage.wallet,
    clock,
    hold,
    plan,
    returnsRest,
    isShort: () => isShort,
    onCut,
  });
  rolling.sent(PRICE);
  return rolling;
}

const reading = {
  usage: { kind: 'absent' as const },
  isUsageFinal: false,
  producedTokensMax: 0,
  complete: false,
  isWhole: false,
  failed: false,
  isErrorHidden: false,
};

const held = async (): Promise<bigint> => (await stage.amounts())[1];

describe('the prompt of a running request', () => {
  const PROMPT_PICO = PICO_PER_USD;
  const reported = { reading: { ...reading, promptUsage: { input: 5 } } };

  test('money that a reported prompt leaves over is returned, apart from two slices for the output', async () => {
    const rolling = await start(2n * PROMPT_PICO, { promptPico: PROMPT_PICO });
    rolling.progress(reported);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await held()).toBe(5n + 3n * 4_000n);
  });

  test('an account with plenty of money gets what a prompt leaves over at the end', async () => {
    const rolling = await start(20n * PROMPT_PICO, { promptPico: PROMPT_PICO, returnsRest: false });
    rolling.progress(reported);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(await held()).toBe(PROMPT_PICO + 4_000n);
  });
});

describe('the hold of a running request', () => {
  test('the hold grows before the provider can have used it up, in slices that double', async () => {
    const rolling = await start(1_000_000n);
    // 4,000 tokens less a burst and a reserve of 1,300 leave 1,700, which last 17 seconds.
    await jest.advanceTimersByTimeAsync(16_900);
    expect(await held()).toBe(4_000n);
    await jest.advanceTimersByTimeAsync(200);
    expect(await held()).toBe(12_000n);
    await jest.advanceTimersByTimeAsync(120_000);
    expect(await held()).toBe(28_000n);
    expect((await rolling.end()).heldPico).toBe(28_000n);
    expect(cuts).toEqual([]);
  });

  test('the hold grows in slices of ten seconds while requests compete for the money', async () => {
    const rolling = await start(1_000_000n, { isShort: true });
    await jest.advanceTimersByTimeAsync(17_100);
    expect(await held()).toBe(5_000n);
    await jest.advanceTimersByTimeAsync(10_000);
    expect((await rolling.end()).heldPico).toBe(6_000n);
    expect(cuts).toEqual([]);
  });

  test('the hold never falls below what the provider can have produced', async () => {
    const rolling = await start(1_000_000n, { choices: 3 });
    for (let second = 0; second < 300; second += 1) {
      await jest.advanceTimersByTimeAsync(1_000);
      expect(await held()).toBeGreaterThanOrEqual(Math.min(MAX, 1_000 + 300 * (second + 1)));
    }
    expect(cuts).toEqual([]);
    expect((await rolling.end()).heldPico).toBe(BigInt(MAX));
  });

  test('a request that cannot produce more than is held is not extended', async () => {
    const rolling = await start(1_000_000n, { outputTokensMax: 4_000 });
    await jest.advanceTimersByTimeAsync(3_600_000);
    expect((await rolling.end()).rolling?.slice).toBe(0n);
  });

  test('a request takes what is left, and is cut once before the provider can have used that up', async () => {
    const rolling = await start(5_000n);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(cuts).toEqual(['account']);
    const hold = await rolling.end();
    expect(hold.heldPico).toBe(5_000n);
    await stage.settle(hold, 4_900n);
  });

  test('a request goes on when money arrives in time', async () => {
    const rolling = await start(4_000n);
    await jest.advanceTimersByTimeAsync(17_500);
    await stage.wallet.credit({ accountId: ACCOUNT, amountPico: 1_000_000n, paymentId: 'pi_later' });
    await jest.advanceTimersByTimeAsync(60_000);
    expect(cuts).toEqual([]);
    expect((await rolling.end()).heldPico).toBe(12_000n);
  });

  test('a process that stood still extends late instead of cutting a request that can be paid for', async () => {
    const rolling = await start(1_000_000n);
    await jest.advanceTimersByTimeAsync(10_000);
    jest.setSystemTime(Date.now() + 12_000);
    await jest.advanceTimersByTimeAsync(7_500);
    expect(cuts).toEqual([]);
    expect((await rolling.end()).heldPico).toBe(12_000n);
  });

  test.each([1, 3])(
    'a process that stood still for minutes extends by all that %i choices can have produced since',
    async (choices) => {
      const rolling = await start(1_000_000n, { choices, isShort: true });
      await jest.advanceTimersByTimeAsync(1_000);
      jest.setSystemTime(Date.now() + 200_000);
      await jest.advanceTimersByTimeAsync(17_500);
      expect(cuts).toEqual([]);
      expect((await rolling.end()).heldPico).toBeGreaterThanOrEqual(1_000n + 200n * 100n * BigInt(choices));
    },
  );

  test('a process that stood still cuts a request that cannot be paid for', async () => {
    const rolling = await start(4_000n);
    await jest.advanceTimersByTimeAsync(10_000);
    jest.setSystemTime(Date.now() + 12_000);
    await jest.advanceTimersByTimeAsync(7_500);
    expect(cuts).toEqual(['account']);
    await rolling.end();
  });

  test('a request whose hold is gone is cut at once', async () => {
    const rolling = await start(1_000_000n);
    stage.now += stage.holdMs;
    await stage.wallet.expireDue();
    await jest.advanceTimersByTimeAsync(17_500);
    expect(cuts).toEqual(['time_limit']);
    await rolling.end();
  });

  test('an extension that is in flight at the end belongs to the hold that is settled', async () => {
    const rolling = await start(1_000_000n);
    let arrived!: () => void;
    stage.store.plan(() => new Promise<void>((resolve) => (arrived = resolve)));
    await jest.advanceTimersByTimeAsync(17_100);
    const ending = rolling.end();
    arrived();
    expect((await ending).heldPico).toBe(12_000n);
  });
});

describe('the output that a provider reports while it runs', () => {
  test('a request that reports little output is not extended, although its provider hides output', async () => {
    const rolling = await start(1_000_000n);
    for (let second = 1; second <= 120; second += 1) {
      await jest.advanceTimersByTimeAsync(1_000);
      rolling.progress({ reading: { ...reading, reportedOutputTokens: second } });
    }
    expect((await rolling.end()).rolling?.slice).toBe(0n);
    expect(rolling.producedTokensMax).toBe(120 + PACE.burstTokens);
  });

  test('a hold grows at once when the provider reports more than its pace allows', async () => {
    const rolling = await start(1_000_000n);
    await jest.advanceTimersByTimeAsync(1_000);
    rolling.progress({ reading: { ...reading, reportedOutputTokens: 2_500 } });
    await jest.advanceTimersByTimeAsync(10);
    expect((await rolling.end()).heldPico).toBe(12_000n);
    expect(cuts).toEqual([]);
  });

  test('the reports of an earlier provider say nothing about the next one', async () => {
    const rolling = await start(1_000_000n);
    rolling.progress({ reading: { ...reading, reportedOutputTokens: 500 } });
    rolling.sent(PRICE);
    await jest.advanceTimersByTimeAsync(10_000);
    rolling.progress({ reading: { ...reading, reportedOutputTokens: 20 } });
    expect(rolling.producedTokensMax).toBe(20 + PACE.burstTokens);
    await rolling.end();
  });
});
