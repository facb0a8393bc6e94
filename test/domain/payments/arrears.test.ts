import { OPEN_DUES_PARTITION } from '../../../lambdas/contracts/storage/table-keys/funds';
import { WALLET } from '../../../lambdas/contracts/storage/tables';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { Accounts } from '../../../lambdas/domain/accounts/accounts';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { Arrears, type DueNotice } from '../../../lambdas/domain/payments/arrears/arrears';
import { sortKeyOf } from '../../../lambdas/domain/table/merged-items';
import { StoreUnavailable } from '../../../lambdas/domain/table/table-errors';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { ACCOUNT, WalletStage } from '../wallet/wallet-stage';

const OTHER = 'acc_01JD0000000000000000000001';
const at = (time: string): number => Date.parse(`${time}T02:00:00.000Z`);

class ArrearsStage {
  readonly wallet: WalletStage;
  readonly notices: DueNotice[] = [];
  #payments = 0;

  constructor(wallet: WalletStage) {
    this.wallet = wallet;
  }

  /** An account with a credit line of 1,000 of which it used a part in November. */
  static async owing(pico: bigint): Promise<ArrearsStage> {
    const stage = new ArrearsStage(await WalletStage.funded(0n));
    await stage.wallet.funds.setLine({ accountId: ACCOUNT, changeId: 'line_a', linePico: 1_000n });
    if (pico > 0n) await stage.use(pico);
    return stage;
  }

  async use(pico: bigint): Promise<void> {
    await this.wallet.settle(await this.wallet.reserve(pico), pico);
  }

  async pay(amountPico: bigint): Promise<void> {
    this.#payments += 1;
    await this.wallet.wallet.credit({ accountId: ACCOUNT, amountPico, paymentId: `pi_${this.#payments}` });
  }

  /** Runs the job at two in the morning. @param store the engine, or one that crashes */
  async run(day: string, store: TableStore = this.wallet.engine): Promise<void> {
    this.wallet.now = Math.max(this.wallet.now, at(day));
    const clock = () => this.wallet.now;
    const sleep = () => Promise.resolve();
    const audit = new AuditLog({ store, clock, sleep });
    const notify = (notice: DueNotice): Promise<void> => {
      this.notices.push(notice);
      return Promise.resolve();
    };
    const accounts = new Accounts({ store, clock, audit });
    await new Arrears({ store, clock, accounts, audit, dueDays: 14, notify }).run();
  }

  /** Runs the job on each of some days. */
  async runOn(...days: readonly string[]): Promise<void> {
    for (const day of days) await this.run(day);
  }

  stages = (): readonly string[] => this.notices.map(({ month, stage }) => `${month} ${stage}`);

  async suspension(): Promise<string> {
    return (await this.wallet.accounts.get(ACCOUNT))?.suspensionReason ?? 'none';
  }

  async openDues(): Promise<readonly string[]> {
    const { items } = await this.wallet.engine.query({ table: WALLET, partition: OPEN_DUES_PARTITION });
    return items.map(sortKeyOf);
  }

  async actions(): Promise<readonly string[]> {
    const audit = new AuditLog({ store: this.wallet.engine, clock: () => this.wallet.now });
    const { items } = await audit.page(ACCOUNT, { limit: 100 });
    return items.map(({ action }) => action).reverse();
  }
}

const REMINDERS = ['2026-11 issued', '2026-11 reminded_before', '2026-11 reminded_on', '2026-11 reminded_after'];

describe('an account that uses its credit line', () => {
  test('a due is issued after the month, reminded of three times, and then suspends the account', async () => {
    const stage = await ArrearsStage.owing(300n);
    await stage.runOn('2026-11-30', '2026-12-01', '2026-12-02', '2026-12-12', '2026-12-13', '2026-12-16', '2026-12-23');
    expect(stage.stages()).toEqual(REMINDERS);
    expect(stage.notices[0]).toMatchObject({ owedPico: 300n, dueAt: '2026-12-15T00:00:00.000Z' });
    expect(await stage.suspension()).toBe('none');
    await stage.runOn('2026-12-28');
    expect(await stage.suspension()).toBe('none');
    await stage.runOn('2026-12-29', '2026-12-30');
    expect(stage.stages()).toEqual([...REMINDERS, '2026-11 suspended']);
    expect(await stage.suspension()).toBe('payment');
    expect(await stage.actions()).toEqual(['account.create', 'statement.issue', 'account.suspend']);
    await expect(stage.use(1n)).rejects.toMatchObject({ name: 'WalletSuspended' });
  });

  test('a payment of the whole due resumes the account, and one of a part does not', async () => {
    const stage = await ArrearsStage.owing(300n);
    await stage.runOn('2026-12-01', '2026-12-29');
    await stage.pay(299n);
    await stage.runOn('2026-12-30');
    expect(await stage.suspension()).toBe('payment');
    await stage.pay(1n);
    await stage.runOn('2026-12-31');
    expect([await stage.suspension(), await stage.openDues()]).toEqual(['none', []]);
    expect(stage.stages()).toEqual(['2026-11 issued', '2026-11 suspended', '2026-11 paid']);
    await stage.use(1n);
  });

  test('a due that is paid in time is neither reminded of nor suspends, even if more is used meanwhile', async () => {
    const stage = await ArrearsStage.owing(300n);
    await stage.runOn('2026-12-01');
    await stage.use(200n);
    await stage.pay(300n);
    await stage.runOn('2026-12-13', '2026-12-29');
    expect(stage.stages()).toEqual(['2026-11 issued', '2026-11 paid']);
    await stage.runOn('2027-01-01');
    expect(stage.notices.at(-1)).toMatchObject({ month: '2026-12', stage: 'issued', owedPico: 200n });
  });

  test('money that was paid back does not pay a due', async () => {
    const stage = await ArrearsStage.owing(300n);
    await stage.runOn('2026-12-01');
    await stage.pay(300n);
    await stage.wallet.funds.takeDisputed({
      accountId: ACCOUNT,
      disputeId: 'dispute_a',
      paymentId: 'pi_1',
      amountPico: 300n,
    });
    await stage.runOn('2026-12-29');
    expect(await stage.suspension()).toBe('payment');
  });

  test('a payment that pays the debt of a dispute does not pay a due', async () => {
    const stage = await ArrearsStage.owing(300n);
    await stage.pay(100n);
    await stage.wallet.funds.takeDisputed({
      accountId: ACCOUNT,
      disputeId: 'dispute_a',
      paymentId: 'pi_1',
      amountPico: 100n,
    });
    await stage.runOn('2026-12-01');
    expect(stage.notices).toMatchObject([{ owedPico: 200n }]);
    await stage.pay(200n);
    await stage.runOn('2026-12-29');
    expect(await stage.suspension()).toBe('payment');
    await stage.pay(100n);
    await stage.runOn('2026-12-30');
    expect(await stage.suspension()).toBe('none');
  });

  test('the due of a later month includes what was owed before, and the account resumes when both are paid', async () => {
    const stage = await ArrearsStage.owing(300n);
    await stage.runOn('2026-12-01');
    await stage.use(100n);
    await stage.runOn('2026-12-29', '2027-01-01', '2027-01-29');
    expect(stage.notices.filter(({ stage: each }) => each === 'issued').map(({ owedPico }) => owedPico)).toEqual([
      300n,
      400n,
    ]);
    await stage.pay(300n);
    await stage.runOn('2027-01-30');
    expect([await stage.suspension(), await stage.openDues()]).toEqual(['payment', [`${ACCOUNT}#2026-12`]]);
    await stage.pay(100n);
    await stage.runOn('2027-01-31');
    expect([await stage.suspension(), await stage.openDues()]).toEqual(['none', []]);
  });

  test('a payment does not resume an account that an operator suspended for another reason', async () => {
    const stage = await ArrearsStage.owing(300n);
    await stage.wallet.accounts.suspend({ accountId: ACCOUNT, reason: 'abuse', actor: DEPLOYMENT });
    await stage.runOn('2026-12-01', '2026-12-29');
    await stage.pay(300n);
    await stage.runOn('2026-12-30');
    expect([await stage.suspension(), await stage.openDues()]).toEqual(['abuse', []]);
  });

  test('an account that was suspended for a due and then for abuse stays suspended after it has paid', async () => {
    const stage = await ArrearsStage.owing(300n);
    await stage.runOn('2026-12-01', '2026-12-29');
    expect(await stage.suspension()).toBe('payment');
    await stage.wallet.accounts.suspend({ accountId: ACCOUNT, reason: 'abuse', actor: DEPLOYMENT });
    await stage.pay(300n);
    await stage.runOn('2026-12-30');
    expect([await stage.suspension(), await stage.openDues()]).toEqual(['abuse', []]);
  });

  test('a job that did not run for weeks sends the last reminder only', async () => {
    const stage = await ArrearsStage.owing(300n);
    await stage.runOn('2026-12-01', '2026-12-24');
    expect(stage.stages()).toEqual(['2026-11 issued', '2026-11 reminded_after']);
  });
});

describe('accounts that owe nothing', () => {
  test('an account that does not use its credit line gets no due', async () => {
    const stage = await ArrearsStage.owing(0n);
    await stage.wallet.fund(10n, OTHER);
    await stage.runOn('2026-12-01', '2026-12-29');
    expect([stage.notices, await stage.openDues()]).toEqual([[], []]);
  });

  test('a charge after the month’s end belongs to the due of the next month', async () => {
    const stage = await ArrearsStage.owing(0n);
    stage.wallet.now = Date.parse('2026-12-01T00:00:00.000Z');
    await stage.use(50n);
    await stage.runOn('2026-12-01', '2027-01-01');
    expect(stage.stages()).toEqual(['2026-12 issued']);
  });

  test('a statement waits for an hour after the month’s end', async () => {
    const stage = await ArrearsStage.owing(50n);
    stage.wallet.now = Date.parse('2026-12-01T00:59:59.999Z');
    await stage.run('2026-11-30');
    expect(stage.notices).toEqual([]);
    stage.wallet.now += 1;
    await stage.run('2026-11-30');
    expect(stage.stages()).toEqual(['2026-11 issued']);
  });
});

/** The process dies at one of its calls of the store, before or after the call has had its effect. */
class Crashing implements TableStore {
  calls = 0;
  readonly #inner: TableStore;
  readonly #diesAt: number;
  readonly #isAfter: boolean;

  constructor(inner: TableStore, diesAt: number, isAfter: boolean) {
    this.#inner = inner;
    this.#diesAt = diesAt;
    this.#isAfter = isAfter;
  }

  get: TableStore['get'] = (get) => this.#call(() => this.#inner.get(get));
  query: TableStore['query'] = (query) => this.#call(() => this.#inner.query(query));
  write: TableStore['write'] = (write) => this.#call(() => this.#inner.write(write));
  transact: TableStore['transact'] = (...call) => this.#call(() => this.#inner.transact(...call));

  async #call<T>(call: () => Promise<T>): Promise<T> {
    this.calls += 1;
    if (this.calls < this.#diesAt) return call();
    if (this.calls === this.#diesAt && this.#isAfter) await call();
    // Nothing of a dead process reaches the store again.
    throw new StoreUnavailable('crashed');
  }
}

const DAYS = ['2026-12-01', '2026-12-13', '2026-12-15', '2026-12-23', '2026-12-29'];

async function live(crash: (day: number, engine: TableStore) => TableStore | undefined): Promise<ArrearsStage> {
  const stage = await ArrearsStage.owing(300n);
  const step = async (day: string, index: number): Promise<void> => {
    const store = crash(index, stage.wallet.engine);
    if (store) await stage.run(day, store).catch(() => undefined);
    await stage.run(day);
  };
  for (const [index, day] of DAYS.entries()) await step(day, index);
  await stage.pay(300n);
  await step('2026-12-30', DAYS.length);
  return stage;
}

test('a job that crashes anywhere, and is run again, tells and does the same', async () => {
  const usual = await live(() => undefined);
  const expected = [new Set(usual.stages()), await usual.actions(), await usual.suspension(), await usual.openDues()];
  let crashes = 0;
  for (let day = 0; day <= DAYS.length; day += 1) {
    for (const isAfter of [false, true]) {
      for (let diesAt = 1, isOver = false; !isOver; diesAt += 1) {
        let crashing: Crashing | undefined;
        const stage = await live((index, engine) => {
          if (index !== day) return undefined;
          crashing = new Crashing(engine, diesAt, isAfter);
          return crashing;
        });
        isOver = (crashing?.calls ?? 0) < diesAt;
        crashes += 1;
        const actual = [
          new Set(stage.stages()),
          await stage.actions(),
          await stage.suspension(),
          await stage.openDues(),
        ];
        expect([day, isAfter, diesAt, actual]).toEqual([day, isAfter, diesAt, expected]);
        await stage.wallet.expectSound();
      }
    }
  }
  expect(crashes).toBeGreaterThan(60);
});

test('two jobs at the same time do each step once', async () => {
  const stage = await ArrearsStage.owing(300n);
  for (const day of DAYS) await Promise.all([stage.run(day), stage.run(day)]);
  await stage.pay(300n);
  await Promise.all([stage.run('2026-12-30'), stage.run('2026-12-30')]);
  expect(await stage.actions()).toEqual(['account.create', 'statement.issue', 'account.suspend', 'account.resume']);
  expect([await stage.suspension(), await stage.openDues()]).toEqual(['none', []]);
});
