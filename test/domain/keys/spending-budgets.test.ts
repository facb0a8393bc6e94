import type { NewBudget } from '../../../lambdas/contracts/http/spending-rules';
import { apiKeyKey, budgetCounterKey, spendingRulesKey } from '../../../lambdas/contracts/storage/table-keys/keys';
import { KEYS } from '../../../lambdas/contracts/storage/tables';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { countingOf } from '../../../lambdas/domain/keys/counting';
import { KnownSpendingRules } from '../../../lambdas/domain/keys/spending/known-spending-rules';
import { SpendingRulesAdministration } from '../../../lambdas/domain/keys/spending/spending-rules';
import { resetOf } from '../../../lambdas/domain/keys/budget-window';
import { AccountStage } from '../accounts/account-stage';

const LABEL: NewBudget = { of: 'label', name: 'team', value: 'research', limitPico: '500', window: 'week' };
const WHOLE: NewBudget = { of: 'account', limitPico: '9000', window: 'month' };

async function opened() {
  const stage = new AccountStage();
  const { accountId, owner } = await stage.account();
  const spending = new SpendingRulesAdministration(stage);
  const set = (...budgets: readonly NewBudget[]) =>
    spending.set({ accountId, actor: owner, rules: { budgets: [...budgets] } });
  const ofMember = (personId: string): NewBudget => ({ of: 'member', personId, limitPico: '700', window: 'day' });
  return { stage, accountId, owner, spending, set, ofMember };
}

describe('the budgets of an account', () => {
  test('a budget is shown with what was spent and held of it, and the day on which it resets', async () => {
    const { stage, accountId, spending, set } = await opened();
    const { budgets } = await set(LABEL, WHOLE);
    expect(budgets).toMatchObject([
      { ...LABEL, spentPico: '0', heldPico: '0', leftPico: '500', resetsOn: '2026-11-23' },
      { ...WHOLE, leftPico: '9000', resetsOn: '2026-12-01' },
    ]);
    const update = budgetCounterKey(budgets[0]!.budgetId, 'week#UTC#2026-11-16');
    await stage.engine.write({ table: KEYS, update, change: { set: { countedPico: 300n, heldPico: 120n } } });
    const view = await spending.get(accountId);
    expect(view.budgets[0]).toMatchObject({ spentPico: '180', heldPico: '120', leftPico: '200' });
  });

  test('a budget keeps its ID, and so what it counted, when its limit changes; one that was removed does not', async () => {
    const { set } = await opened();
    const [first] = (await set(LABEL)).budgets;
    const [changed] = (await set({ ...LABEL, limitPico: '800' })).budgets;
    expect(changed?.budgetId).toBe(first?.budgetId);
    await set();
    const [again] = (await set(LABEL)).budgets;
    expect(again?.budgetId).not.toBe(first?.budgetId);
  });

  test('two budgets for the same keys are refused, and so is one of a person who is not a member', async () => {
    const { set, ofMember } = await opened();
    await expect(set(LABEL, { ...LABEL, limitPico: '1' })).rejects.toMatchObject({ code: 'budget_invalid' });
    await expect(set(ofMember('per_01JD0000000000000000000009'))).rejects.toMatchObject({ code: 'payer_not_member' });
  });

  test('a key counts in the budgets of its payer, of its labels and of the account, and in no others', async () => {
    const { stage, accountId, owner, set, ofMember } = await opened();
    const developer = await stage.join(accountId, owner, 'developer');
    await set(LABEL, WHOLE, ofMember(owner.personId), ofMember(developer.personId));
    const known = new KnownSpendingRules(stage);
    await known.read(accountId);
    const labels = { team: 'research', project: 'x' };
    const { key } = await stage.keys.create({ accountId, actor: developer, rules: { labels } });
    const caller = await stage.keys.verify(key);
    const counting = countingOf(caller!, { now: stage.now, tokens: 1, spending: known.of(accountId) });
    expect(counting?.shared).toMatchObject([
      { of: 'label', limitPico: 500n, window: 'week#UTC#2026-11-16' },
      { of: 'account', limitPico: 9_000n, window: 'month#UTC#2026-11-01' },
      { of: 'member', limitPico: 700n, window: 'day#UTC#2026-11-20' },
    ]);
    const other = await stage.keys.create({ accountId, actor: owner, rules: { labels: { team: 'sales' } } });
    const ofOther = countingOf((await stage.keys.verify(other.key))!, {
      now: stage.now,
      tokens: 1,
      spending: known.of(accountId),
    });
    expect(ofOther?.shared?.map(({ of }) => of)).toEqual(['account', 'member']);
  });

  test('a key of an earlier release gets a payer with the first budget of a member', async () => {
    const { stage, accountId, owner, set, ofMember } = await opened();
    const { keyId } = await stage.keys.create({ accountId, actor: owner });
    const payer = async () => (await stage.engine.get({ table: KEYS, key: apiKeyKey(keyId) }))?.['payer'];
    for (const update of [apiKeyKey(keyId), { pk: accountId, sk: `key#${keyId}` }])
      await stage.engine.write({ table: KEYS, update, change: { remove: ['payer'] } });
    await set(LABEL);
    expect(await payer()).toBeUndefined();
    await set(LABEL, ofMember(owner.personId));
    expect(await payer()).toBe(owner.personId);
  });

  test('the budget of a member who leaves is removed, and the others stay', async () => {
    const { stage, accountId, owner, spending, set, ofMember } = await opened();
    const developer = await stage.join(accountId, owner, 'developer');
    await set(LABEL, ofMember(developer.personId));
    await spending.dropMember(accountId, developer.personId);
    await spending.dropMember(accountId, developer.personId);
    expect(await spending.get(accountId)).toMatchObject({ budgets: [{ of: 'label' }], version: 2 });
  });

  test('an account with budgets that only a later release knows is refused requests until its rules are replaced', async () => {
    const { stage, accountId, set } = await opened();
    await set(LABEL);
    const budgets = JSON.stringify([{ of: 'model', limitPico: '1', window: 'day', budgetId: 'bud_1' }]);
    await stage.engine.write({ table: KEYS, update: spendingRulesKey(accountId), change: { set: { budgets } } });
    const known = new KnownSpendingRules(stage);
    await expect(known.read(accountId)).rejects.toMatchObject({ status: 403, code: 'unknown_rules' });
    await set(WHOLE);
    await known.read(accountId);
    expect(known.of(accountId).budgets).toMatchObject([{ of: 'account' }]);
  });
});

describe('a label that has a budget', () => {
  test('a developer cannot take a key out of the budget of a label, or into it, and an admin can', async () => {
    const { stage, accountId, owner, set } = await opened();
    const developer = await stage.join(accountId, owner, 'developer');
    const admin = await stage.join(accountId, owner, 'admin');
    const labels = { team: 'research', project: 'x' };
    const { keyId } = await stage.keys.create({ accountId, actor: developer, rules: { labels } });
    const change = (actor: typeof developer, to: { readonly [name: string]: string }) =>
      stage.keys.changeRules({ accountId, keyId, actor, rules: { labels: to } });
    await set(LABEL);
    const refusal = { name: 'LabelsBudgeted', status: 403, message: expect.stringContaining('team') as string };
    const others: { readonly [name: string]: string }[] = [{ project: 'x' }, { team: 'sales' }, {}];
    for (const to of others) await expect(change(developer, to)).rejects.toMatchObject(refusal);
    await change(developer, { team: 'research', project: 'y' });
    await change(admin, { team: 'sales' });
    await expect(change(developer, { team: 'research' })).rejects.toMatchObject(refusal);
  });

  test('the deployment’s own command may change any label', async () => {
    const { stage, accountId, owner, set } = await opened();
    const { keyId } = await stage.keys.create({ accountId, actor: owner, rules: { labels: { team: 'research' } } });
    await set(LABEL);
    const changed = await stage.keys.changeRules({ accountId, keyId, actor: DEPLOYMENT, rules: {} });
    expect(changed).not.toHaveProperty('rules');
  });
});

test.each([
  ['day#UTC#2026-12-31', '2027-01-01'],
  ['week#Europe/Berlin#2026-12-28', '2027-01-04'],
  ['month#UTC#2026-12-01', '2027-01-01'],
  ['total', undefined],
])('the window %s resets on %s', (window, day) => {
  expect(resetOf(window)).toBe(day);
});
