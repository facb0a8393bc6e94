import { MINUTE_MS } from '../../../lambdas/domain/clock';
import { readPart } from '../../../lambdas/domain/wallet/balance/balance';
import { InsufficientFunds, KeyLimitReached } from '../../../lambdas/domain/wallet/wallet-errors';
import { budgetOf } from './key-counter-stage';
import { ACCOUNT, WalletStage } from './wallet-stage';

const AMPLE = 1_000_000n;

/** An account whose drawers have 6,400, and whose main balance has the given amount. */
async function withDrawers(mainPico: bigint): Promise<WalletStage> {
  const drawn = await WalletStage.funded(AMPLE);
  drawn.store.plan('conflict');
  await drawn.release(await drawn.reserve(100n));
  drawn.now += 2 * MINUTE_MS;
  await drawn.wallet.expireDue();
  drawn.now += 10 * MINUTE_MS;
  drawn.holdMs = 2 * MINUTE_MS;
  const main = await readPart(drawn.engine, { accountId: ACCOUNT });
  await drawn.reserve((main?.availablePico ?? 0n) - mainPico);
  return drawn;
}

test('an extension that the main balance does not cover empties the drawers', async () => {
  const stage = await withDrawers(1_000n);
  const hold = await stage.roll(100n, AMPLE);
  const extended = await stage.extend(hold, 5_000n);
  expect(extended.heldPico).toBe(5_100n);
  await stage.release(extended);
  await stage.expectSound();
});

test('an extension that neither the main balance nor the budget covers empties the drawers', async () => {
  const stage = await withDrawers(1_000n);
  const hold = await stage.roll(100n, AMPLE, budgetOf(3_000n));
  const extended = await stage.extend(hold, 5_000n, 2_000n);
  expect(extended.heldPico).toBe(3_000n);
  await stage.release(extended);
  await stage.expectSound();
});

test('an extension that the drawers do not cover either takes what all of them have', async () => {
  const stage = await withDrawers(1_000n);
  const hold = await stage.roll(100n, AMPLE);
  const extended = await stage.extend(hold, 9_000n, 1n);
  expect(extended.heldPico).toBe(7_400n);
  await stage.release(extended);
  await stage.expectSound();
});

test('an extension for lack of a budget reads no drawers', async () => {
  const stage = await withDrawers(1_000n);
  const hold = await stage.roll(100n, AMPLE, budgetOf(500n));
  const before = stage.store.counts.get;
  const refused = stage.extend(hold, 500n);
  await expect(refused).rejects.toBeInstanceOf(KeyLimitReached);
  expect(stage.store.counts.get).toBe(before);
});

test('an extension of an account without drawers reads none', async () => {
  const stage = await WalletStage.funded(1_000n);
  const hold = await stage.roll(100n, AMPLE);
  const before = stage.store.counts.get;
  const refused = stage.extend(hold, 5_000n);
  await expect(refused).rejects.toBeInstanceOf(InsufficientFunds);
  expect(stage.store.counts.get).toBe(before);
});

test('a charge above the hold that the main balance does not cover empties the drawers', async () => {
  const stage = await withDrawers(1_000n);
  const hold = await stage.roll(100n, AMPLE);
  expect(await stage.settle(hold, 5_000n)).toMatchObject({ costPico: 5_000n, overrunPico: 0n });
  await stage.expectSound();
});

test('a charge above the hold that neither the main balance nor the budget covers empties the drawers', async () => {
  const stage = await withDrawers(1_000n);
  const hold = await stage.roll(100n, AMPLE, budgetOf(3_000n));
  expect(await stage.settle(hold, 5_000n)).toMatchObject({ costPico: 3_000n, overrunPico: 2_000n });
  await stage.expectSound();
});

test('a charge above the hold that the drawers do not cover either takes what all of them have', async () => {
  const stage = await withDrawers(1_000n);
  const hold = await stage.roll(100n, AMPLE);
  expect(await stage.settle(hold, 9_000n)).toMatchObject({ costPico: 7_400n, overrunPico: 1_600n });
  await stage.expectSound();
});

test('a charge above the hold that a budget limits reads no drawers', async () => {
  const stage = await withDrawers(1_000n);
  const hold = await stage.roll(100n, AMPLE, budgetOf(500n));
  const before = stage.store.counts.get;
  expect(await stage.settle(hold, 600n)).toMatchObject({ costPico: 500n });
  expect(stage.store.counts.get).toBe(before);
});

test('a charge above the hold of an account without drawers reads none', async () => {
  const stage = await WalletStage.funded(1_000n);
  const hold = await stage.roll(100n, AMPLE);
  const before = stage.store.counts.get;
  expect(await stage.settle(hold, 5_000n)).toMatchObject({ costPico: 1_000n });
  expect(stage.store.counts.get).toBe(before);
});
