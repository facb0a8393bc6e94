import { budgetCounterKey, budgetPartKey } from '../../../lambdas/contracts/storage/table-keys/keys';
import { balanceKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { KEYS, WALLET } from '../../../lambdas/contracts/storage/tables';
import type { Counting } from '../../../lambdas/domain/wallet/holds/counting';
import { readCounted } from '../../../lambdas/domain/wallet/holds/budget-counters';
import { readParts } from '../../../lambdas/domain/wallet/holds/budget-parts';
import type { Hold } from '../../../lambdas/domain/wallet/holds/hold';
import type { RollingHold } from '../../../lambdas/domain/wallet/holds/resize-hold';
import { WorstCaseRequired } from '../../../lambdas/domain/wallet/wallet-errors';
import { limitOf } from './key-counter-stage';
import { AMPLE, sweepLeases } from './lease-stage';
import { ACCOUNT, WalletStage } from './wallet-stage';

const BUDGET = 'bud_01JD0000000000000000000001';
const WINDOW = 'month#UTC#2026-11-01';
/** Enough for sixteen parts of eight leases of eight holds of 100 each. */
const LIMIT = 200_000n;

const countingOf = (limitPico = LIMIT, window = WINDOW): Counting => ({
  counterId: '01JD0000000000000000000001',
  shared: [{ budgetId: BUDGET, of: 'account', window, limitPico }],
});

const reserve = (stage: WalletStage, holdPico = 100n, counting: Counting | undefined = countingOf()): Promise<Hold> =>
  stage.reserve(holdPico, undefined, ACCOUNT, { counting });

/** A request on a lease, of an account that is contended from then on. */
async function leased(stage: WalletStage, counting: Counting | undefined = countingOf()): Promise<Hold> {
  stage.store.plan('conflict');
  const hold = await reserve(stage, 100n, counting);
  expect(hold.leaseTurn).toBeDefined();
  return hold;
}

const rolled = async (stage: WalletStage, limitPico = LIMIT): Promise<RollingHold> => {
  stage.store.plan('conflict');
  return stage.roll(100n, 100_000n, countingOf(limitPico));
};

const counted = (stage: WalletStage, window = WINDOW) => readCounted(stage.engine, { counterId: BUDGET, window });
const parts = async (stage: WalletStage) => [
  ...(await readParts(stage.engine, { budgetId: BUDGET, window: WINDOW })).values(),
];
const counter = (stage: WalletStage) => stage.engine.get({ table: KEYS, key: budgetCounterKey(BUDGET, WINDOW) });

describe('an account with a budget', () => {
  test('an account that is not contended counts its requests at the counter of its budget, and has no parts', async () => {
    const stage = await WalletStage.funded(AMPLE);
    const hold = await reserve(stage);
    expect(hold.leaseTurn).toBeUndefined();
    await stage.settle(hold, 40n);
    expect(await counter(stage)).toMatchObject({ countedPico: 40n, heldPico: 0n });
    expect(await parts(stage)).toEqual([]);
    await stage.expectSound();
  });

  test('a contended account draws on leases, which count in a part of the budget', async () => {
    const stage = await WalletStage.funded(AMPLE);
    const hold = await leased(stage);
    expect(await counted(stage)).toMatchObject({ countedPico: 800n, heldPico: 800n });
    expect(await parts(stage)).toMatchObject([{ heldPico: 800n, limitPico: LIMIT }]);
    await stage.settle(hold, 40n);
    await stage.settle(await reserve(stage), 50n);
    await stage.expectSound();
    await sweepLeases(stage);
    expect(await counted(stage)).toMatchObject({ countedPico: 90n, heldPico: 0n });
    const [entry] = (await stage.entries()).filter(({ kind }) => kind === 'lease');
    expect(entry?.budgets).toEqual([{ budgetId: BUDGET, window: WINDOW }]);
    await stage.expectSound();
  });

  test('a request after the first on a lease writes nothing of the budget', async () => {
    const stage = await WalletStage.funded(AMPLE);
    await stage.settle(await leased(stage), 40n);
    const [before, beforeParts] = [await counter(stage), await parts(stage)];
    await stage.settle(await reserve(stage), 50n);
    expect(await counter(stage)).toEqual(before);
    expect(await parts(stage)).toEqual(beforeParts);
  });

  test('a lease grows within the budget: from its part, then from the counter, then by what is left', async () => {
    const stage = await WalletStage.funded(AMPLE);
    const hold = await rolled(stage);
    const grown = await stage.extend(hold, 5_000n);
    await stage.expectSound();
    const more = await stage.extend(grown, 150_000n - grown.heldPico);
    expect(await counted(stage)).toMatchObject({ heldPico: more.heldPico });
    await stage.expectSound();
    const most = await stage.extend({ ...more, rolling: more.rolling }, 100_000n, 1n);
    expect(most.heldPico).toBe(LIMIT);
    expect(await limitOf(stage.extend(most, 1n))).toMatchObject({ kind: 'budget', of: 'account', leftPico: 0n });
    await stage.settle(most, 70_000n);
    await sweepLeases(stage);
    expect(await counted(stage)).toMatchObject({ countedPico: 70_000n, heldPico: 0n });
    await stage.expectSound();
  });

  test('a request that the counter does not cover gets what the parts have left', async () => {
    const stage = await WalletStage.funded(AMPLE);
    await stage.settle(await leased(stage), 40n);
    await sweepLeases(stage);
    const [part] = await parts(stage);
    expect(part?.leftPico).toBeGreaterThan(0n);
    const hold = await reserve(stage, LIMIT - 40n);
    expect(hold.leaseTurn).toBeUndefined();
    expect(await parts(stage)).toMatchObject([{ leftPico: 0n }]);
    expect(await limitOf(reserve(stage, 1n))).toMatchObject({ of: 'account', leftPico: 0n, heldPico: LIMIT - 40n });
    await stage.settle(hold, 10n);
    await stage.expectSound();
  });

  test('a budget that is too small for parts is counted by each request, and never exceeded', async () => {
    const stage = await WalletStage.funded(AMPLE);
    stage.store.plan('conflict');
    const hold = await reserve(stage, 100n, countingOf(1_000n));
    expect(hold.leaseTurn).toBeUndefined();
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => reserve(stage, 100n, countingOf(1_000n))));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(9);
    expect(await counted(stage)).toMatchObject({ countedPico: 1_000n });
    await stage.expectSound();
  });

  test('a lower limit applies to the next request: no lease and no part from before it serves one', async () => {
    const stage = await WalletStage.funded(AMPLE);
    await stage.settle(await leased(stage), 40n);
    const lower = countingOf(150_000n);
    const hold = await reserve(stage, 100n, lower);
    await stage.settle(hold, 60n);
    expect((await parts(stage)).filter(({ leftPico, limitPico }) => leftPico > 0n && limitPico !== 150_000n)).toEqual(
      [],
    );
    expect(await limitOf(reserve(stage, 150_000n, lower))).toMatchObject({ of: 'account' });
    await stage.expectSound();
  });

  test('a request of another window, or of an account whose budget was removed, gets another lease', async () => {
    const stage = await WalletStage.funded(AMPLE);
    await stage.settle(await leased(stage), 40n);
    const next = 'month#UTC#2026-12-01';
    await stage.settle(await reserve(stage, 100n, countingOf(LIMIT, next)), 50n);
    await stage.settle(await stage.reserve(100n), 30n);
    await sweepLeases(stage);
    expect(await counted(stage)).toMatchObject({ countedPico: 40n });
    expect(await counted(stage, next)).toMatchObject({ countedPico: 50n });
    await stage.expectSound();
  });

  test('a leased request that is charged after its expiry is charged to the budget', async () => {
    const stage = await WalletStage.funded(AMPLE);
    const hold = await leased(stage);
    stage.now += 10 * stage.holdMs;
    await stage.wallet.expireDue();
    expect(await counted(stage)).toMatchObject({ countedPico: 0n, heldPico: 0n });
    expect(await stage.settle(hold, 70n)).toMatchObject({ outcome: 'adjusted', costPico: 70n });
    expect(await counted(stage)).toMatchObject({ countedPico: 70n });
    await stage.expectSound();
  });

  test('a contended account that must hold the worst case is asked for it when its budget covers only the first hold', async () => {
    const stage = await WalletStage.funded(AMPLE);
    const change = { set: { cutUntil: BigInt(stage.now + 60_000) } };
    await stage.engine.write({ table: WALLET, update: balanceKey(ACCOUNT), change });
    stage.store.plan('conflict');
    await expect(stage.roll(100n, 2_000n, countingOf(1_000n))).rejects.toBeInstanceOf(WorstCaseRequired);
    await stage.settle(await reserve(stage, 1_000n, countingOf(1_000n)), 40n);
    await stage.expectSound();
  });

  test('the parts of a budget have keys of their own, beside the drawers of the account', () => {
    expect(budgetPartKey(BUDGET, '07', WINDOW)).toEqual({ pk: `counters#${BUDGET}#07`, sk: `budget#${WINDOW}` });
  });
});
