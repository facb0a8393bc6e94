import { balanceKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { budgetCounterKey, budgetPartKey } from '../../../lambdas/contracts/storage/table-keys/keys';
import { KEYS, WALLET } from '../../../lambdas/contracts/storage/tables';
import { eraseItems } from '../../../lambdas/domain/privacy/erasure/erase-items';
import { KnownSpendingRules, withSpendingRules } from '../../../lambdas/domain/keys/spending/known-spending-rules';
import { SpendingRulesAdministration } from '../../../lambdas/domain/keys/spending/spending-rules';
import { SpendingRulesChanged } from '../../../lambdas/domain/wallet/wallet-errors';
import { AccountStage } from '../accounts/account-stage';

async function opened() {
  const stage = new AccountStage();
  const { accountId, owner: actor } = await stage.account();
  const spending = new SpendingRulesAdministration(stage);
  const versionAtBalance = async () =>
    (await stage.engine.get({ table: WALLET, key: balanceKey(accountId) }))?.['rulesVersion'];
  return { stage, accountId, actor, spending, versionAtBalance };
}

test('an account has no spending rules at first, and its balance names none', async () => {
  const { accountId, spending, versionAtBalance } = await opened();
  expect(await spending.get(accountId)).toMatchObject({ endUsers: false, version: 0 });
  expect(await versionAtBalance()).toBeUndefined();
});

test('a change of spending rules is noted at the balance, and recorded', async () => {
  const { stage, accountId, actor, spending, versionAtBalance } = await opened();
  expect(await spending.set({ accountId, actor, rules: { endUsers: true } })).toMatchObject({ version: 1 });
  expect(await spending.get(accountId)).toMatchObject({ endUsers: true, version: 1 });
  expect(await versionAtBalance()).toBe(1n);
  expect((await stage.events(accountId)).at(-1)).toMatchObject({ action: 'spending.change', target: accountId });
});

test('a change of spending rules that were changed since they were read is refused', async () => {
  const { accountId, actor, spending } = await opened();
  await spending.set({ accountId, actor, rules: { endUsers: true }, version: 0 });
  const late = spending.set({ accountId, actor, rules: { endUsers: false }, version: 0 });
  await expect(late).rejects.toMatchObject({ name: 'VersionMismatch' });
  expect(await spending.get(accountId)).toMatchObject({ endUsers: true, version: 1 });
});

test('end users get another hash after they were turned off and on again, so that nothing links the two times', async () => {
  const { stage, accountId, actor, spending } = await opened();
  const known = new KnownSpendingRules(stage);
  const keyNow = async () => {
    await known.read(accountId);
    return known.of(accountId).endUserKey;
  };
  await spending.set({ accountId, actor, rules: { endUsers: true } });
  const first = await keyNow();
  await spending.set({ accountId, actor, rules: { endUsers: true } });
  expect(await keyNow()).toEqual(first);
  await spending.set({ accountId, actor, rules: { endUsers: false } });
  expect(await keyNow()).toBeUndefined();
  await spending.set({ accountId, actor, rules: { endUsers: true } });
  expect(await keyNow()).not.toEqual(first);
});

test('a hold that meets other rules is taken once more by the stored ones', async () => {
  const { stage, accountId, actor, spending } = await opened();
  await spending.set({ accountId, actor, rules: { endUsers: true } });
  const seen: bigint[] = [];
  const hold = async ({ version }: { readonly version: bigint }) => {
    seen.push(version);
    if (version !== 1n) throw new SpendingRulesChanged();
    return 'held';
  };
  expect(await withSpendingRules(new KnownSpendingRules(stage), accountId, hold)).toBe('held');
  expect(seen).toEqual([0n, 1n]);
});

test('a request whose account’s rules change with each attempt is told to try again', async () => {
  const { stage, accountId } = await opened();
  const always = () => Promise.reject(new SpendingRulesChanged());
  const refused = withSpendingRules(new KnownSpendingRules(stage), accountId, always);
  await expect(refused).rejects.toMatchObject({ status: 503 });
});

test('the counters of a budget that was removed are found when the account is erased', async () => {
  const { stage, accountId, actor, spending } = await opened();
  const budget = { of: 'account', limitPico: '1000', window: 'total' } as const;
  const { budgets } = await spending.set({ accountId, actor, rules: { endUsers: false, budgets: [budget] } });
  const { budgetId } = budgets[0]!;
  const counters = [budgetCounterKey(budgetId, 'total'), budgetPartKey(budgetId, '03', 'total')];
  for (const key of counters) await stage.engine.write({ table: KEYS, put: { ...key, countedPico: 7n } });
  await spending.set({ accountId, actor, rules: { endUsers: false, budgets: [] } });
  await eraseItems({ store: stage.engine }, { kind: 'account', ownerId: accountId }, undefined);
  for (const key of counters) expect(await stage.engine.get({ table: KEYS, key })).toBeUndefined();
});
