import { directoryKey } from '../../../lambdas/contracts/storage/table-keys/accounts';
import { budgetCounterKey, runningCounterKey } from '../../../lambdas/contracts/storage/table-keys/keys';
import { balanceKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { ACCOUNTS, KEYS, WALLET } from '../../../lambdas/contracts/storage/tables';
import { ACCOUNT, WalletStage } from './wallet-stage';

const BUDGET = 'bud_01JD0000000000000000000001';
const COUNTER_ID = '01JD0000000000000000000007';
const WINDOW = 'month#UTC#2026-11-01';

/** An account whose counters of a key's limits and of a budget were deleted after a charge. */
async function withoutCounters(): Promise<WalletStage> {
  const stage = await WalletStage.funded(1_000n);
  const limits = { window: WINDOW, limitPico: 500n };
  const counting = {
    counterId: COUNTER_ID,
    budget: limits,
    runningMax: 5,
    shared: [{ budgetId: BUDGET, of: 'account' as const, ...limits }],
  };
  await stage.settle(await stage.count(100n, counting), 40n);
  await stage.expectSound();
  for (const key of [
    budgetCounterKey(BUDGET, WINDOW),
    budgetCounterKey(COUNTER_ID, WINDOW),
    runningCounterKey(COUNTER_ID),
  ]) {
    await stage.engine.write({ table: KEYS, delete: key });
  }
  return stage;
}

/** Reduces the listing of the account, as its erasure does. */
const reduceListing = (stage: WalletStage): Promise<unknown> =>
  stage.engine.write({ table: ACCOUNTS, put: { ...directoryKey(ACCOUNT), accountId: ACCOUNT } });

const kindsOf = async (stage: WalletStage): Promise<readonly string[]> =>
  (await stage.verify()).differences.map(({ kind }) => kind);

describe('the verifier of the ledger, when counters are missing', () => {
  test('the verifier does not miss the counters of an erased account', async () => {
    const stage = await withoutCounters();
    await reduceListing(stage);
    expect(await stage.verify()).toMatchObject({ accounts: 1, differences: [] });
  });

  test('the verifier reports the missing counters of an account that was not erased', async () => {
    expect(await kindsOf(await withoutCounters())).toEqual(expect.arrayContaining(['budget', 'key_budget']));
  });

  test('the verifier still compares the balance of an erased account with its ledger', async () => {
    const stage = await withoutCounters();
    await reduceListing(stage);
    await stage.engine.write({ table: WALLET, update: balanceKey(ACCOUNT), change: { add: { spentPico: 1n } } });
    expect(await kindsOf(stage)).toEqual(['spent']);
  });
});
