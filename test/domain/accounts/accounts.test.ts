import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import { accountKey } from '../../../lambdas/contracts/storage/table-keys/accounts';
import { ACCOUNTS } from '../../../lambdas/contracts/storage/tables';
import { Accounts } from '../../../lambdas/domain/accounts/accounts';
import { AccountStage } from './account-stage';

const clock = (): number => Date.parse('2026-11-20T10:00:00.000Z');
const newAccounts = (): Accounts => new Accounts({ store: EmbeddedStore.memory({ clock }), clock });

async function listed(accounts: Accounts): Promise<string[]> {
  const ids: string[] = [];
  for await (const accountId of accounts.list()) ids.push(accountId);
  return ids.toSorted();
}

describe('accounts', () => {
  test('accounts exist once they were created, and are listed without a scan', async () => {
    const accounts = newAccounts();
    const created = await Promise.all(Array.from({ length: 150 }, () => accounts.create()));
    expect(await listed(accounts)).toEqual(created.toSorted());
    expect(await accounts.exists(created[0] ?? '')).toBe(true);
    expect(await accounts.exists('acc_01JD0000000000000000000000')).toBe(false);
  });

  test('every account has its own id', async () => {
    const accounts = newAccounts();
    expect(await accounts.create()).toMatch(/^acc_[0-9A-HJKMNP-TV-Z]{26}$/);
    await expect(accounts.create({ accountId: 'ops@example.com' })).rejects.toMatchObject({ name: 'ZodError' });
  });

  test('creating an account that exists has no effect', async () => {
    const accounts = newAccounts();
    const accountId = await accounts.create();
    expect(await accounts.create({ accountId })).toBe(accountId);
    expect(await listed(accounts)).toEqual([accountId]);
  });
});

const BILLING = {
  name: 'Example Ltd',
  email: 'invoices@example.test',
  addressLine1: '1 Example Street',
  city: 'Exampleton',
  country: 'GB',
};

describe('an account', () => {
  test('the pages of the directory list every account once', async () => {
    const accounts = newAccounts();
    const created = await Promise.all(Array.from({ length: 60 }, () => accounts.create()));
    const seen: string[] = [];
    let page = await accounts.page({ limit: 7 });
    while (page.next) {
      expect(page.items).toHaveLength(7);
      seen.push(...page.items);
      page = await accounts.page({ limit: 7, after: page.next });
    }
    seen.push(...page.items);
    expect(seen.toSorted()).toEqual(created.toSorted());
  });

  test('an account from before names and members existed has neither', async () => {
    const stage = new AccountStage();
    const [accountId, createdAt] = ['acc_01JD0000000000000000000000', '2026-11-01T00:00:00.000Z'];
    await stage.store.write({ table: ACCOUNTS, put: { ...accountKey(accountId), createdAt } });
    expect(await stage.accounts.get(accountId)).toEqual({ accountId, createdAt, holds: 'rolling', version: 0 });
    const { personId } = await stage.operator();
    const actor = { kind: 'operator' as const, personId };
    await stage.accounts.rename({ accountId, name: 'Old', version: 0, actor });
    await stage.ownership.appoint({ accountId, personId, actor });
    await stage.join(accountId, { kind: 'member', personId, role: 'owner' }, 'admin');
    expect(await stage.accounts.get(accountId)).toMatchObject({ name: 'Old', ownerId: personId, version: 2 });
  });

  test('an account can be changed only at its latest version', async () => {
    const stage = new AccountStage();
    const { accountId, owner: actor } = await stage.account();
    await stage.accounts.rename({ accountId, name: 'Renamed', version: 1, actor });
    const stale = { accountId, version: 1, actor };
    await expect(stage.accounts.rename({ ...stale, name: 'Other' })).rejects.toMatchObject({ status: 412 });
    await expect(stage.accounts.setBilling({ ...stale, details: BILLING })).rejects.toMatchObject({
      code: 'version_mismatch',
    });
    await stage.accounts.setBilling({ accountId, actor, version: 2, details: BILLING });
    expect(await stage.accounts.get(accountId)).toMatchObject({ name: 'Renamed', version: 3 });
    expect(await stage.accounts.billing(accountId)).toEqual({ details: BILLING, version: 3 });
  });

  test('a change of an account that does not exist is refused and does not create it', async () => {
    const stage = new AccountStage();
    const actor = await stage.operator();
    const accountId = 'acc_01JD0000000000000000000000';
    const suspension = stage.accounts.suspend({ accountId, reason: 'abuse', actor });
    await expect(suspension).rejects.toMatchObject({ code: 'account_not_found', status: 404 });
    expect(await stage.accounts.exists(accountId)).toBe(false);
    expect(await stage.events(accountId)).toEqual([]);
  });

  test('billing details are not part of the account, and are not in the audit log', async () => {
    const stage = new AccountStage();
    const { accountId, owner: actor } = await stage.account();
    expect(await stage.accounts.billing(accountId)).toEqual({ version: 1 });
    await stage.accounts.setBilling({ accountId, actor, details: BILLING });
    await stage.accounts.rename({ accountId, actor, name: 'Jane Doe' });
    await stage.join(accountId, actor, 'auditor');
    expect(JSON.stringify(await stage.accounts.get(accountId))).not.toContain(BILLING.email);
    const log = JSON.stringify(await stage.events(accountId));
    for (const personal of [...Object.values(BILLING).slice(0, 4), 'Jane Doe', 'example.test']) {
      expect(log).not.toContain(personal);
    }
  });

  test.each([
    ['a name of two lines', { name: 'two\nlines' }],
    ['a name that turns the text around it', { name: 'abc\u202Edef' }],
    ['half a character', { name: 'half \ud83d' }],
    ['a member of its own', { name: 'Example', admin: true }],
    ['no country', { country: 'Narnia' }],
    ['no address', { email: 'nobody' }],
  ])('billing details with %s are refused', async (_, wrong) => {
    const stage = new AccountStage();
    const { accountId, owner: actor } = await stage.account();
    const details = { ...BILLING, ...wrong };
    await expect(stage.accounts.setBilling({ accountId, actor, details })).rejects.toMatchObject({ name: 'ZodError' });
  });

  test('an account is suspended once and resumed once', async () => {
    const stage = new AccountStage();
    const { accountId } = await stage.account();
    const actor = await stage.operator();
    await stage.accounts.suspend({ accountId, reason: 'abuse', actor });
    stage.now += 1_000;
    for (const reason of ['security', 'payment'] as const) await stage.accounts.suspend({ accountId, reason, actor });
    expect(await stage.accounts.get(accountId)).toMatchObject({
      suspendedAt: '2026-11-20T10:00:00.000Z',
      suspensionReason: 'abuse',
      version: 2,
    });
    const stale = stage.accounts.resume({ accountId, actor, version: 1 });
    await expect(stale).rejects.toMatchObject({ code: 'version_mismatch' });
    await stage.accounts.resume({ accountId, actor });
    await stage.accounts.resume({ accountId, actor });
    expect(await stage.accounts.get(accountId)).not.toHaveProperty('suspendedAt');
    const operator = `operator:${actor.personId}`;
    expect((await stage.events(accountId)).slice(1)).toMatchObject([
      { actor: operator, action: 'account.suspend', after: { state: 'suspended', reason: 'abuse' } },
      { actor: operator, action: 'account.resume', before: { state: 'suspended' }, after: { state: 'active' } },
    ]);
  });

  test('a suspension for payment gives way to another reason, also if it comes at the same time', async () => {
    const stage = new AccountStage();
    const { accountId } = await stage.account();
    const actor = await stage.operator();
    const suspend = (reason: 'payment' | 'abuse') => stage.accounts.suspend({ accountId, reason, actor });
    await suspend('payment');
    await suspend('abuse');
    expect(await stage.accounts.get(accountId)).toMatchObject({ suspensionReason: 'abuse' });
    expect((await stage.events(accountId)).at(-1)).toMatchObject({
      action: 'account.suspend',
      before: { state: 'suspended', reason: 'payment' },
      after: { state: 'suspended', reason: 'abuse' },
    });
    await stage.accounts.resume({ accountId, actor });
    stage.store.plan(async () => {
      await suspend('payment');
    });
    await suspend('abuse');
    expect(await stage.accounts.get(accountId)).toMatchObject({ suspensionReason: 'abuse' });
  });

  test('an account’s holds roll until an operator sets them to worst-case, which the audit log records', async () => {
    const stage = new AccountStage();
    const { accountId } = await stage.account();
    const actor = await stage.operator();
    expect(await stage.accounts.get(accountId)).toMatchObject({ holds: 'rolling' });
    await stage.accounts.setHolds({ accountId, holds: 'rolling', actor });
    await stage.accounts.setHolds({ accountId, holds: 'worst-case', actor });
    await stage.accounts.setHolds({ accountId, holds: 'worst-case', actor });
    expect(await stage.accounts.get(accountId)).toMatchObject({ holds: 'worst-case', version: 2 });
    const stale = stage.accounts.setHolds({ accountId, holds: 'rolling', actor, version: 1 });
    await expect(stale).rejects.toMatchObject({ code: 'version_mismatch' });
    await stage.accounts.setHolds({ accountId, holds: 'rolling', actor, version: 2 });
    expect(await stage.accounts.get(accountId)).toMatchObject({ holds: 'rolling', version: 3 });
    const event = { actor: `operator:${actor.personId}`, action: 'account.holds', target: accountId };
    expect((await stage.events(accountId)).slice(1)).toMatchObject([
      { ...event, before: { holds: 'rolling' }, after: { holds: 'worst-case' } },
      { ...event, before: { holds: 'worst-case' }, after: { holds: 'rolling' } },
    ]);
  });
});
