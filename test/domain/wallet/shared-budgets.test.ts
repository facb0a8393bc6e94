import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import { budgetCounterKey } from '../../../lambdas/contracts/storage/table-keys/keys';
import { balanceKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { KEYS, WALLET } from '../../../lambdas/contracts/storage/tables';
import { setRulesVersionOfBalance } from '../../../lambdas/domain/wallet/balance/balance';
import type { Counting, SharedBudget } from '../../../lambdas/domain/wallet/holds/counting';
import { readCounted } from '../../../lambdas/domain/wallet/holds/budget-counters';
import { CountingStore } from '../receipts/counting-store';
import { COUNTER_ID, KeyCounterStage, limitOf } from './key-counter-stage';
import { ACCOUNT, WalletStage } from './wallet-stage';

const WINDOW = 'month#UTC#2026-11-01';
const MEMBER = 'bud_01JD0000000000000000000001';
const LABEL = 'bud_01JD0000000000000000000002';

const budget = (of: SharedBudget['of'], budgetId: string, limitPico: bigint): SharedBudget => ({
  budgetId,
  of,
  window: WINDOW,
  limitPico,
});
const countingOf = (...shared: readonly SharedBudget[]): Counting => ({ counterId: COUNTER_ID, shared: [...shared] });
const both = (memberPico: bigint, labelPico: bigint): Counting =>
  countingOf(budget('member', MEMBER, memberPico), budget('label', LABEL, labelPico));

const counted = (stage: WalletStage, budgetId: string) =>
  readCounted(stage.engine, { counterId: budgetId, window: WINDOW });

describe('budgets that keys share', () => {
  test('a request counts in each of its budgets, and each gets back what the request did not use', async () => {
    const stage = await KeyCounterStage.funded();
    const hold = await stage.count(70n, both(100n, 200n));
    for (const budgetId of [MEMBER, LABEL])
      expect(await counted(stage, budgetId)).toMatchObject({ countedPico: 70n, heldPico: 70n });
    await stage.settle(hold, 40n);
    for (const budgetId of [MEMBER, LABEL])
      expect(await counted(stage, budgetId)).toMatchObject({ countedPico: 40n, heldPico: 0n });
    await stage.expectSound();
  });

  test('a refusal names the budget with the least left, and nothing is taken from any', async () => {
    const stage = await KeyCounterStage.funded();
    await stage.settle(await stage.count(50n, both(100n, 90n)), 50n);
    const refused = await limitOf(stage.count(60n, both(100n, 90n)));
    expect(refused).toMatchObject({ kind: 'budget', of: 'label', counterId: LABEL, leftPico: 40n, window: WINDOW });
    const own: Counting = { ...both(100n, 90n), budget: { window: WINDOW, limitPico: 30n } };
    expect(await limitOf(stage.count(60n, own))).toMatchObject({ of: 'key', leftPico: 30n });
    for (const budgetId of [MEMBER, LABEL]) expect(await counted(stage, budgetId)).toMatchObject({ countedPico: 50n });
    expect(await stage.amounts()).toEqual([999_950n, 0n, 50n]);
  });

  test('concurrent requests of different keys never exceed a budget that they share', async () => {
    const stage = await KeyCounterStage.funded();
    const keyOf = (key: number): Counting => ({ ...countingOf(budget('label', LABEL, 500n)), counterId: `key-${key}` });
    const all = await Promise.allSettled(Array.from({ length: 20 }, (_, key) => stage.count(100n, keyOf(key))));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    expect(await counted(stage, LABEL)).toMatchObject({ countedPico: 500n });
    await stage.expectSound();
  });

  test('a hold grows within its budgets, and gets what the smallest of them has left', async () => {
    const stage = await KeyCounterStage.funded();
    const hold = await stage.roll(100n, 10_000n, both(1_000n, 300n));
    const grown = await stage.extend(hold, 500n, 1n);
    expect(grown.heldPico).toBe(300n);
    const refused = await limitOf(stage.extend(grown, 50n));
    expect(refused).toMatchObject({ kind: 'budget', of: 'label', leftPico: 0n });
    await stage.settle(grown, 120n);
    for (const budgetId of [MEMBER, LABEL]) expect(await counted(stage, budgetId)).toMatchObject({ countedPico: 120n });
    await stage.expectSound();
  });

  test('a reported charge above the hold takes no more than the budgets have left', async () => {
    const stage = await KeyCounterStage.funded();
    const hold = await stage.roll(100n, 10_000n, both(1_000n, 150n));
    expect(await stage.settle(hold, 400n)).toMatchObject({ costPico: 150n, overrunPico: 250n });
    await stage.expectSound();
  });

  test('a charge after the expiry takes no more than the budgets have left', async () => {
    const stage = await KeyCounterStage.funded();
    const late = await stage.count(100n, both(150n, 1_000n));
    await stage.expire();
    await stage.settle(await stage.count(90n, both(150n, 1_000n)), 90n);
    expect(await stage.settle(late, 100n)).toMatchObject({ outcome: 'adjusted', costPico: 60n });
    expect(await counted(stage, MEMBER)).toMatchObject({ countedPico: 150n, heldPico: 0n });
    expect(await counted(stage, LABEL)).toMatchObject({ countedPico: 150n, heldPico: 0n });
    await stage.expectSound();
  });

  test('the verifier finds a shared budget that was changed outside the gateway', async () => {
    const stage = await KeyCounterStage.funded();
    await stage.settle(await stage.count(50n, both(100n, 100n)), 50n);
    const update = budgetCounterKey(LABEL, WINDOW);
    await stage.engine.write({ table: KEYS, update, change: { set: { countedPico: 7n } } });
    const { differences } = await stage.verify();
    expect(differences).toMatchObject([{ kind: 'budget', expectedPico: 50n, actualPico: 7n }]);
  });
});

describe('the version of the spending rules', () => {
  test('a hold that follows another version than the account’s is not taken', async () => {
    const stage = await WalletStage.funded(1_000n);
    await stage.engine.write(setRulesVersionOfBalance(ACCOUNT, 3));
    await expect(stage.reserve(100n)).rejects.toMatchObject({ name: 'SpendingRulesChanged' });
    expect(await stage.amounts()).toEqual([1_000n, 0n, 0n]);
    expect(await stage.engine.get({ table: WALLET, key: balanceKey(ACCOUNT) })).toMatchObject({ rulesVersion: 3n });
  });

  test('a suspended account is refused as such, whatever its spending rules are', async () => {
    const stage = await WalletStage.funded(1_000n);
    await stage.engine.write(setRulesVersionOfBalance(ACCOUNT, 3));
    await stage.accounts.suspend({ accountId: ACCOUNT, reason: 'security', actor: { kind: 'deployment' } });
    await expect(stage.reserve(100n)).rejects.toMatchObject({ name: 'WalletSuspended' });
  });
});

/** The units of a request from its hold to its settlement. */
async function unitsOf(counting: Counting | undefined): Promise<{ readonly writes: number; readonly reads: number }> {
  const store = new CountingStore(EmbeddedStore.memory({ clock: () => Date.parse('2026-11-20T10:00:00.000Z') }));
  const stage = new WalletStage(store);
  await stage.wallet.open(ACCOUNT);
  await stage.wallet.credit({ accountId: ACCOUNT, amountPico: 1_000n, paymentId: 'pi_1' });
  await stage.settle(await stage.reserve(100n, undefined, ACCOUNT, { counting }), 40n);
  [store.writeUnits, store.readUnits] = [0, 0];
  await stage.settle(await stage.reserve(100n, undefined, ACCOUNT, { counting }), 40n);
  return { writes: store.writeUnits, reads: store.readUnits };
}

test('each budget that a request shares costs it four write units and no read, and a request without any costs as much as ever', async () => {
  const none = await unitsOf(undefined);
  expect(none).toEqual({ writes: 12, reads: 0 });
  expect(await unitsOf(countingOf(budget('member', MEMBER, 1_000n)))).toEqual({ writes: 16, reads: 0 });
  expect(await unitsOf(both(1_000n, 1_000n))).toEqual({ writes: 20, reads: 0 });
});
