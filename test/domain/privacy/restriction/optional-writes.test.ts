import { EmbeddedStore } from '../../../../lambdas/adapters/embedded/embedded-store';
import { isoTime } from '../../../../lambdas/contracts/storage/table-keys/key-parts';
import { budgetCounterKey } from '../../../../lambdas/contracts/storage/table-keys/keys';
import { KEYS } from '../../../../lambdas/contracts/storage/tables';
import type { UsageRecord } from '../../../../lambdas/contracts/storage/usage-record';
import { DEPLOYMENT } from '../../../../lambdas/domain/access/actor';
import { Accounts } from '../../../../lambdas/domain/accounts/accounts';
import { AuditLog } from '../../../../lambdas/domain/audit/audit-log';
import { Keys } from '../../../../lambdas/domain/keys/keys';
import { notifyBy } from '../../../../lambdas/domain/notifications/outbox/outbox';
import { LowBalances } from '../../../../lambdas/domain/payments/low-balances';
import { Restrictions } from '../../../../lambdas/domain/privacy/restriction/restrictions';
import { commit } from '../../../../lambdas/domain/table/commit';
import { accountHours } from '../../../../lambdas/domain/usage/spend-watch/account-hours';
import { setAlertRules } from '../../../../lambdas/domain/usage/spend-watch/alert-rules';
import { BudgetWatch } from '../../../../lambdas/domain/usage/spend-watch/budget-watch';
import { UsageAlerts } from '../../../../lambdas/domain/usage/spend-watch/usage-alerts';
import { Statistics } from '../../../../lambdas/domain/usage/statistics/statistics';
import { waitingMessages } from '../../notifications/waiting-messages';
import { changeOf, RETENTION_DAYS, RollUpStage } from '../../usage/rollups/roll-up-stage';
import { ACCOUNT } from '../../wallet/wallet-stage';
import { WholeStore } from '../whole-store';

const DAY_MS = 86_400_000;
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
const RULES = { errorRate: { percent: 20, requestsMin: 1 } };
const FIVE = Array.from({ length: 5 }, (_, account) => `acc_01JD000000000000000000000${account}`);

/** An account about which every optional job has something to write. */
class OptionalStage {
  now = Date.parse('2026-11-20T10:00:00.000Z');
  readonly clock = (): number => this.now;
  readonly store = new WholeStore(EmbeddedStore.memory({ clock: this.clock }));
  readonly restrictions = new Restrictions({
    store: this.store,
    clock: this.clock,
    audit: new AuditLog({ store: this.store, clock: this.clock }),
  });
  record: UsageRecord = new RollUpStage().record();

  static async open(): Promise<OptionalStage> {
    const stage = new OptionalStage();
    const { store, clock } = stage;
    const requests = new RollUpStage();
    const accounts = new Accounts({ store, clock });
    for (const accountId of FIVE) {
      await accounts.create({ accountId });
      const { keyId } = await new Keys({ store, clock, pepper: 'a pepper of sixteen bytes' }).create({
        accountId,
        rules: { budget: { limitPico: '10000', window: 'total' } },
      });
      const at = isoTime(stage.now);
      const record = requests.record({ accountId, keyId, at, costPico: 9_000n, status: 'provider_error' });
      await requests.rollUpsOn(store).count([changeOf(record)]);
      if (accountId === ACCOUNT) stage.record = record;
    }
    const spent = { set: { countedPico: 9_000n, heldPico: 0n } };
    await store.write({ table: KEYS, update: budgetCounterKey(stage.record.keyId, 'total'), change: spent });
    await commit(store, [setAlertRules(ACCOUNT, RULES, undefined), ...stage.lowBalances.set(ACCOUNT, undefined, 1n)]);
    return stage;
  }

  get lowBalances(): LowBalances {
    const { store, clock } = this;
    const funds = { view: () => Promise.resolve({ availablePico: 0n, heldPico: 0n }) };
    return new LowBalances({ store, clock, notify: notifyBy(clock), funds: funds as never });
  }

  /** Runs everything that nobody needs to have a request served, or money booked. */
  async runOptionalJobs(): Promise<void> {
    const { store, clock, record } = this;
    const notify = notifyBy(clock);
    await this.lowBalances.check(ACCOUNT);
    await new BudgetWatch({ store, clock, notify }).check([record]);
    await new UsageAlerts({ store, clock, log: SILENT, notify }).check(accountHours([{ record }]));
  }

  publish(): Promise<readonly string[]> {
    const { store, clock } = this;
    const everyAccount = async function* () {
      yield* FIVE;
    };
    return new Statistics({ store, clock, everyAccount, retentionDays: RETENTION_DAYS, accountsMin: 5 }).publish();
  }
}

test('promise-12 no optional write is made about an account while its data may only be stored', async () => {
  const stage = await OptionalStage.open();
  await stage.restrictions.set({ ownerId: ACCOUNT, actor: DEPLOYMENT });
  const before = await stage.store.everything();
  await stage.runOptionalJobs();
  expect(await stage.store.everything()).toEqual(before);
  await stage.restrictions.lift({ ownerId: ACCOUNT, actor: DEPLOYMENT });
  await stage.runOptionalJobs();
  const kinds = (await waitingMessages(stage.store)).map(({ kind }) => kind);
  expect(kinds.toSorted()).toEqual(['budget_reached', 'error_rate', 'low_balance']);
});

test.each([
  ['is left out of the statistics of a day that is published while it is restricted', true, false],
  ['is in the statistics of a day that is published after the restriction was lifted', false, true],
])('promise-12 an account %s', async (_what, restricted, published) => {
  const stage = await OptionalStage.open();
  await stage.restrictions.set({ ownerId: ACCOUNT, actor: DEPLOYMENT });
  if (!restricted) await stage.restrictions.lift({ ownerId: ACCOUNT, actor: DEPLOYMENT });
  stage.now += 2 * DAY_MS;
  expect(await stage.publish()).toContain('2026-11-20');
  const parts = [...(await stage.store.everything())].filter(([name]) => name.startsWith('statistics '));
  // Five accounts are the smallest group, so without one of them nothing is published.
  expect(parts.some(([, { cells }]) => (cells as readonly unknown[]).length > 0)).toBe(published);
});
