import type { HoldTerms } from '../../../lambdas/domain/wallet/holds/reserve-hold';
import { sparedFor, type SparedMoney } from '../../../lambdas/domain/wallet/holds/spared-money';
import { InsufficientFunds } from '../../../lambdas/domain/wallet/wallet-errors';
import { ACCOUNT, WalletStage } from './wallet-stage';

const SPARED: SparedMoney = { sparedPico: 100n };
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

test('a hold that spares nothing takes the last money beside any other', async () => {
  expect(sparedFor({}, 700n)).toBe(0n);
  expect(await reserveBeside(700n, HOLD_PICO, {})).toMatchObject({ heldPico: HOLD_PICO });
});
