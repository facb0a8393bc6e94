import { readCounted } from '../../../lambdas/domain/wallet/holds/budget-counters';
import type { Counting } from '../../../lambdas/domain/wallet/holds/counting';
import type { Hold } from '../../../lambdas/domain/wallet/holds/hold';
import { limitOf } from './key-counter-stage';
import { AMPLE, sweepLeases } from './lease-stage';
import { ACCOUNT, WalletStage } from './wallet-stage';

const BUDGET = 'bud_01JD0000000000000000000001';
const WINDOW = 'month#UTC#2026-11-01';
const LIMIT = 200_000n;
const COUNTING: Counting = {
  counterId: '01JD0000000000000000000001',
  shared: [{ budgetId: BUDGET, of: 'account', window: WINDOW, limitPico: LIMIT }],
};

const reserve = (stage: WalletStage, holdPico: bigint, requestId?: string): Promise<Hold> =>
  stage.reserve(holdPico, requestId, ACCOUNT, { counting: COUNTING });

const counted = (stage: WalletStage) => readCounted(stage.engine, { counterId: BUDGET, window: WINDOW });

/** Makes a request with a hold of its own, on an account with a budget that is contended from then on. */
async function heldStage() {
  const stage = await WalletStage.funded(AMPLE);
  const held = await reserve(stage, 100n);
  stage.store.plan('conflict');
  const other = await reserve(stage, 100n);
  await stage.settle(other, 7n);
  return { stage, held };
}

describe('the account’s budget of a request that has a hold of its own and a lease', () => {
  test('a hold that arrives late, beside a lease of its request, goes back to the budget when it ends', async () => {
    const stage = await WalletStage.funded(AMPLE);
    const requestId = stage.nextRequestId();
    const others: Hold[] = [];
    stage.store.plan('late', async () => others.push(await reserve(stage, LIMIT - 50n)));
    expect(await limitOf(reserve(stage, 100n, requestId))).toMatchObject({ kind: 'budget', of: 'account' });
    for (const other of others) await stage.settle(other, 7n);
    stage.store.plan('conflict');
    const leased = await reserve(stage, 60n, requestId);
    expect(leased.leaseTurn).toBeDefined();
    expect(await stage.store.arrive()).toEqual([true]);
    await stage.settle(leased, 40n);
    await sweepLeases(stage);
    expect(await counted(stage)).toMatchObject({ countedPico: 47n, heldPico: 0n });
    expect(await stage.amounts()).toEqual([AMPLE - 47n, 0n, 47n]);
    await stage.expectSound();
  });

  test('a request with both a hold and a lease counts in the budget once if it is settled on the lease', async () => {
    const { stage, held } = await heldStage();
    const leased = await reserve(stage, 100n, held.requestId);
    expect(leased.leaseTurn).toBeDefined();
    await stage.settle(leased, 40n);
    await sweepLeases(stage);
    expect(await counted(stage)).toMatchObject({ countedPico: 47n, heldPico: 0n });
    await stage.expectSound();
  });

  test('a request with both a hold and a lease leaves nothing in the budget if it expires', async () => {
    const { stage, held } = await heldStage();
    expect((await reserve(stage, 100n, held.requestId)).leaseTurn).toBeDefined();
    await sweepLeases(stage);
    expect(await counted(stage)).toMatchObject({ countedPico: 7n, heldPico: 0n });
    await stage.expectSound();
  });

  test('a request with both a hold and an expired lease counts in the budget once, as an adjustment', async () => {
    const { stage } = await heldStage();
    const leased = await reserve(stage, 100n);
    stage.now += 10 * stage.holdMs;
    const held = await reserve(stage, 100n, leased.requestId);
    expect(held.leaseTurn).toBeUndefined();
    await stage.wallet.expireDue();
    expect(await stage.settle(held, 40n)).toMatchObject({ outcome: 'adjusted', costPico: 40n });
    expect(await counted(stage)).toMatchObject({ countedPico: 47n, heldPico: 0n });
    await stage.expectSound();
  });
});
