import { MINUTE_MS } from '../../../lambdas/domain/clock';
import type { Hold } from '../../../lambdas/domain/wallet/holds/hold';
import type { HoldTerms } from '../../../lambdas/domain/wallet/holds/reserve-hold';
import { sparedFor, type SparedMoney } from '../../../lambdas/domain/wallet/holds/spared-money';
import { InsufficientFunds } from '../../../lambdas/domain/wallet/wallet-errors';
import { AMPLE, rollOnLease } from './lease-stage';
import { ACCOUNT, WalletStage } from './wallet-stage';

const SPARED: SparedMoney = { sparedPico: 100n, isByHeld: true };
const HOLD_PICO = 50n;

let stage: WalletStage;
afterEach(() => stage.expectSound());

/** Reserves beside running requests that hold so much, in an account that has so much beside that. */
async function reserveBeside(heldPico: bigint, availablePico: bigint, spared: SparedMoney): Promise<unknown> {
  stage = await WalletStage.funded(heldPico + availablePico);
  const { deadline, request } = await stage.reserve(heldPico);
  const requestId = stage.nextRequestId();
  const terms: HoldTerms = { accountId: ACCOUNT, requestId, holdPico: HOLD_PICO, deadline, request, ...spared };
  return stage.wallet.reserve(terms).catch((error: unknown) => error);
}

test.each([
  [0n, 0n],
  [1n, 100n],
  [100n, 100n],
  [101n, 200n],
  [200n, 200n],
  [201n, 400n],
  [400n, 400n],
  [401n, 400n],
  [9_000n, 400n],
])('beside running requests that hold %d, a new one leaves %d for them, and no more is needed', async (held, left) => {
  expect(sparedFor(SPARED, held)).toBe(left);
  expect(await reserveBeside(held, HOLD_PICO + left, SPARED)).toMatchObject({ heldPico: HOLD_PICO });
  await stage.expectSound();
  expect(await reserveBeside(held, HOLD_PICO + left - 1n, SPARED)).toBeInstanceOf(InsufficientFunds);
});

test.each([0n, 1n, 9_000n])('an amount that does not follow what is running is left beside %d', async (held) => {
  const spared = { ...SPARED, isByHeld: false };
  expect(sparedFor(spared, held)).toBe(100n);
  expect(await reserveBeside(held, HOLD_PICO + 100n, spared)).toMatchObject({ heldPico: HOLD_PICO });
  await stage.expectSound();
  expect(await reserveBeside(held, HOLD_PICO + 99n, spared)).toBeInstanceOf(InsufficientFunds);
});

describe('beside requests on leases', () => {
  /** The rest of an account whose lease holds 800. */
  const AVAILABLE_PICO = AMPLE - 800n;

  /** Reserves for a request that draws on no lease, because its key has limits. */
  async function reserveOwn(holdPico: bigint, spared: SparedMoney, isRunning = true): Promise<unknown> {
    stage = await WalletStage.funded(AMPLE);
    const leased = await rollOnLease(stage);
    expect(leased.leaseTurn).toBeDefined();
    if (!isRunning) {
      await stage.settle(leased, 0n);
      stage.now += 2 * MINUTE_MS;
      await stage.wallet.expireDue();
    }
    return reserveLike(leased, holdPico, spared).catch((error: unknown) => error);
  }

  function reserveLike({ deadline, request }: Hold, holdPico: bigint, spared: SparedMoney): Promise<Hold> {
    const counting = { counterId: 'key_1', runningMax: 2 };
    const terms = { accountId: ACCOUNT, requestId: stage.nextRequestId(), holdPico, deadline, request, counting };
    return stage.wallet.reserve({ ...terms, ...spared });
  }

  test.each([
    [800n, 800n],
    [400n, 800n],
    [200n, 800n],
    [799n, 1_598n],
  ])('beside a lease that holds 800, a new hold that spares %d leaves %d', async (sparedPico, left) => {
    const spared = { sparedPico, isByHeld: true };
    expect(sparedFor(spared, 800n)).toBe(left);
    expect(await reserveOwn(AVAILABLE_PICO - left, spared)).toMatchObject({ heldPico: AVAILABLE_PICO - left });
    await stage.expectSound();
    const refusal = await reserveOwn(AVAILABLE_PICO - left + 1n, spared);
    expect(refusal).toBeInstanceOf(InsufficientFunds);
    expect(refusal).toMatchObject({ availablePico: AVAILABLE_PICO, heldPico: 800n });
  });

  test('a lease that has ended needs no money to be left for it', async () => {
    expect(await reserveOwn(AMPLE, { sparedPico: 800n, isByHeld: true }, false)).toMatchObject({ heldPico: AMPLE });
  });

  test('a new hold of an account with plenty of money reads no drawers', async () => {
    const own = (await reserveOwn(100n, SPARED)) as Hold;
    const before = { ...stage.store.counts };
    await reserveLike(own, 100n, SPARED);
    expect(stage.store.counts).toEqual({ ...before, transact: before.transact + 1 });
  });
});

test('a hold that spares nothing takes the last money beside any other', async () => {
  expect(sparedFor({}, 700n)).toBe(0n);
  expect(await reserveBeside(700n, HOLD_PICO, {})).toMatchObject({ heldPico: HOLD_PICO });
});
