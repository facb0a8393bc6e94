import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import { Accounts } from '../../../lambdas/domain/accounts/accounts';

const clock = (): number => Date.parse('2026-11-20T10:00:00.000Z');
const newAccounts = (): Accounts => new Accounts({ store: EmbeddedStore.memory({ clock }), clock });

async function listed(accounts: Accounts): Promise<string[]> {
  const ids: string[] = [];
  for await (const accountId of accounts.list()) ids.push(accountId);
  return ids.toSorted();
}

describe('accounts', () => {
  test('exist once they were created, and are listed without a scan', async () => {
    const accounts = newAccounts();
    const created = await Promise.all(Array.from({ length: 150 }, () => accounts.create()));
    expect(await listed(accounts)).toEqual(created.toSorted());
    expect(await accounts.exists(created[0] ?? '')).toBe(true);
    expect(await accounts.exists('acc_01JD0000000000000000000000')).toBe(false);
  });

  test('have ids of their own', async () => {
    const accounts = newAccounts();
    expect(await accounts.create()).toMatch(/^acc_[0-9A-HJKMNP-TV-Z]{26}$/);
    await expect(accounts.create({ accountId: 'ops@example.com' })).rejects.toMatchObject({ name: 'ZodError' });
  });

  test('are created once: creating the same again is without effect', async () => {
    const accounts = newAccounts();
    const accountId = await accounts.create();
    expect(await accounts.create({ accountId })).toBe(accountId);
    expect(await listed(accounts)).toEqual([accountId]);
  });
});
