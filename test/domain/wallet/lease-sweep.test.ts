import { DAY_MS, MINUTE_MS } from '../../../lambdas/domain/clock';
import { balanceKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { WALLET } from '../../../lambdas/contracts/storage/tables';
import { decodeBalance } from '../../../lambdas/domain/wallet/balance/balance';
import { ACCOUNT, WalletStage } from './wallet-stage';

const AMPLE = 1_000_000n;

/** Makes a request with a hold of its own, on an account that is contended from then on. */
async function heldStage() {
  const stage = await WalletStage.funded(AMPLE);
  const held = await stage.reserve(100n);
  stage.store.plan('conflict');
  const other = await stage.reserve(100n);
  await stage.settle(other, 7n);
  return { stage, held };
}

describe('a request that has a hold of its own and a lease', () => {
  test('a request with both a hold and a lease expires once, and all of its money comes back', async () => {
    const { stage, held } = await heldStage();
    const leased = await stage.reserve(100n, held.requestId);
    expect(leased.leaseTurn).toBeDefined();
    stage.now += 2 * MINUTE_MS;
    expect(await stage.wallet.expireDue()).toMatchObject({ failed: 0 });
    expect(await stage.amounts()).toEqual([AMPLE - 7n, 0n, 7n]);
    await stage.expectSound();
  });

  test('a request with both a hold and a lease is charged once if it is settled on the lease', async () => {
    const { stage, held } = await heldStage();
    const leased = await stage.reserve(100n, held.requestId);
    await stage.settle(leased, 40n);
    stage.now += 2 * MINUTE_MS;
    expect(await stage.wallet.expireDue()).toEqual({ expired: 0, overdue: 0, failed: 0 });
    expect(await stage.amounts()).toEqual([AMPLE - 47n, 0n, 47n]);
    await stage.expectSound();
  });

  test('a request with both a hold and an expired lease is charged once, as an adjustment', async () => {
    const { stage } = await heldStage();
    const leased = await stage.reserve(100n);
    stage.now += 10 * MINUTE_MS;
    const held = await stage.reserve(100n, leased.requestId);
    expect(held.leaseTurn).toBeUndefined();
    await stage.wallet.expireDue();
    expect(await stage.settle(held, 40n)).toMatchObject({ outcome: 'adjusted', costPico: 40n });
    expect(await stage.amounts()).toEqual([AMPLE - 47n, 0n, 47n]);
    await stage.expectSound();
  });
});

test('a lease that is first swept after its last usage record expired is still charged for it', async () => {
  const { stage } = await heldStage();
  stage.now += 91 * DAY_MS;
  expect(await stage.wallet.expireDue()).toMatchObject({ expired: 1, failed: 0 });
  expect(await stage.amounts()).toEqual([AMPLE - 7n, 0n, 7n]);
});

test('a late settle is charged to the drawers before it becomes the operator’s loss', async () => {
  const { stage } = await heldStage();
  const late = await stage.reserve(100n);
  stage.now += 2 * MINUTE_MS;
  await stage.wallet.expireDue();
  const main = await stage.engine.get({ table: WALLET, key: balanceKey(ACCOUNT) });
  const [availablePico] = await stage.amounts();
  const takenPico = decodeBalance(main ?? {}).availablePico;
  expect(takenPico).toBeLessThan(availablePico);
  await stage.reserve(takenPico);
  expect(await stage.settle(late, 40n)).toEqual({ outcome: 'adjusted', costPico: 40n, overrunPico: 0n });
  await stage.expectSound();
});
