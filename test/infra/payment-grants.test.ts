import {
  AUTO_TOP_UPS_PARTITION,
  CREDIT_LINES_PARTITION,
  PENDING_REFUNDS_PARTITION,
} from '../../lambdas/contracts/storage/table-keys/funds';
import { ACCOUNTS, type TableSpec, WALLET } from '../../lambdas/contracts/storage/tables';
import { AuditLog } from '../../lambdas/domain/audit/audit-log';
import { HOUR_MS } from '../../lambdas/domain/clock';
import { DECLINES_MAX } from '../../lambdas/domain/payments/auto-top-up';
import { Arrears } from '../../lambdas/domain/payments/arrears/arrears';
import { tellOfDue } from '../../lambdas/domain/payments/arrears/due-message';
import { picoOfCents } from '../../lambdas/domain/payments/cents';
import type { TableStore } from '../../lambdas/domain/table/table-store';
import { workThrough } from '../../lambdas/domain/table/work-through';
import { paymentJobs } from '../../lambdas/handlers/payments/payment-jobs';
import type { PaymentsStage } from '../domain/payments/payments-stage';
import { ACCOUNT } from '../domain/wallet/wallet-stage';
import { allowedBy, received } from './allowed-by';
import type { CallRecorder } from './call-recorder';
import { callsOfBooking, recordedPayments } from './calls-of-booking';

// The emulator and the embedded engine check no policies, so a missing permission would only show in AWS.

let stage: PaymentsStage;
let calls: CallRecorder;

beforeEach(async () => {
  ({ stage, calls } = await recordedPayments());
});
afterEach(() => stage.close());

const callsOf = (book: () => Promise<unknown>): Promise<string[]> => callsOfBooking({ stage, calls }, book);
/** The calls that book payments. Only the reconciliation also looks for credits. */
const booked = async (): Promise<string[]> =>
  (await callsOf(reconcile)).filter((call) => call !== 'wallet Query credits');
const reconcile = () => stage.payments.reconcile({ from: 0, to: stage.wallet.now + 1_000 });

/** The third charge in a row that is declined turns the automatic top-up off. */
async function untilTurnedOff(charge: () => Promise<unknown>): Promise<void> {
  stage.stripe.controls.setNextOutcome('card_declined', DECLINES_MAX);
  calls.take();
  for (let declines = 0; declines < DECLINES_MAX; declines += 1) {
    await charge();
    stage.wallet.now += 6 * HOUR_MS;
  }
}

/** A run that has too little time for a list, and the one after it, note where they stop. */
async function interrupted(store: TableStore, table: TableSpec, partition: string): Promise<void> {
  let now = 0;
  const options = { store, clock: () => now++ };
  const work = (until: number): Promise<void> =>
    workThrough(options, { table, partition, until }, () => Promise.resolve());
  await work(1);
  await work(Infinity);
}

/** A look that finds the account low tells its people, if it is not restricted. */
async function foundLow(): Promise<readonly string[]> {
  const { lowBalances, wallet } = stage;
  const set = lowBalances.set(ACCOUNT, undefined, picoOfCents(1_000_000n));
  await wallet.store.transact(set.map(({ write }) => write));
  calls.take();
  expect(await lowBalances.check(ACCOUNT)).toBe(true);
  return calls.take();
}

const unique = (lines: readonly string[]): string[] => [...new Set(lines)].sort();

test('the function that receives the events of Stripe has exactly the table permissions that it uses', async () => {
  expect(unique(await callsOf(() => stage.receive()))).toEqual(allowedBy('PaymentsWebhookReceivePolicy'));
});

test('the reconciliation has exactly the table permissions that it uses', async () => {
  expect(unique(await callsOf(reconcile))).toEqual(allowedBy('PaymentsReconciliationReconcilePolicy'));
});

test('the wallet watch has exactly the table permissions that it uses', async () => {
  // A charge is booked like every other payment, whatever has become of it.
  const booking = await booked();
  await stage.automate();
  await untilTurnedOff(() => stage.payments.autoTopUps.check(ACCOUNT));
  const charging = calls.take();
  expect(unique([...booking, ...charging, ...(await foundLow()), ...received('wallet')])).toEqual(
    allowedBy('PaymentsWalletWatchPolicy'),
  );
});

test('the payment jobs have exactly the table permissions that they use', async () => {
  const booking = await booked();
  const paymentId = (await stage.buy(1_000n)) ?? '';
  await stage.receive();
  await stage.wallet.funds.grant({
    accountId: ACCOUNT,
    grantId: 'grant_a',
    reason: 'goodwill',
    amountPico: picoOfCents(100n),
    expiresAt: stage.wallet.now + 1_000,
  });
  stage.stripe.controls.failNext({ kind: 'disconnect', path: '/v1/refunds', method: 'POST', times: 3 });
  const refund = { accountId: ACCOUNT, paymentId, refundId: 'refund_a', creditCents: 500n };
  await stage.payments.refunds.refund(refund);
  await stage.automate({ thresholdCents: 1_000n });
  await stage.wallet.store.write(stage.payments.customerUpdates.list(ACCOUNT));
  stage.wallet.now += 2_000;
  const clock = (): number => stage.wallet.now;
  calls.take();
  await interrupted(calls, WALLET, PENDING_REFUNDS_PARTITION);
  await interrupted(calls, ACCOUNTS, AUTO_TOP_UPS_PARTITION);
  const used = [...calls.take()];
  await untilTurnedOff(
    paymentJobs({ funds: stage.wallet.funds, lowBalances: stage.lowBalances, payments: stage.payments, clock }),
  );
  used.push(...calls.take());
  expect(unique([...booking, ...used, ...(await foundLow())])).toEqual(allowedBy('PaymentJobsPolicy'));
});

test('the jobs of a deployment without payments may tell people that their account is low', async () => {
  const { lowBalances, wallet } = stage;
  const set = lowBalances.set(ACCOUNT, undefined, picoOfCents(500n));
  await wallet.store.transact(set.map(({ write }) => write));
  calls.take();
  await paymentJobs({ funds: wallet.funds, lowBalances, payments: undefined, clock: () => wallet.now })();
  const used = calls.take();
  expect(await stage.messages()).toEqual(['low_balance']);
  const allowed = allowedBy('PaymentJobsPolicy', 'identity');
  expect(used.filter((call) => !allowed.includes(call))).toEqual([]);
  expect(allowed.filter((call) => call.startsWith('wallet') && /payment|refund/.test(call))).toEqual([]);
});

test('no function of the data plane may touch a payment, an exception, a refund, a grant or a debt', () => {
  for (const policy of ['DataPlaneProxyPolicy', 'DataPlaneWorkloadsPolicy', 'SweeperSweepPolicy']) {
    const partitions = new Set(
      allowedBy(policy)
        .filter((line) => line.startsWith('wallet '))
        .map((line) => line.split(' ')[2]),
    );
    expect([policy, [...partitions].sort()]).toEqual([policy, ['acc_*', 'holds#*']]);
  }
});

test('the function that bills credit lines has exactly the table permissions that it uses', async () => {
  const { wallet } = stage;
  const { store, accounts, funds } = wallet;
  const clock = (): number => wallet.now;
  const audit = new AuditLog({ store, clock });
  const arrears = new Arrears({ store, clock, audit, accounts, dueDays: 14, notify: tellOfDue({ store, clock }) });
  await funds.setLine({ accountId: ACCOUNT, changeId: 'line_a', linePico: picoOfCents(1_000n) });
  await stage.spend(picoOfCents(500n));
  const used: string[] = [];
  const runOn = async (day: string): Promise<void> => {
    wallet.now = Date.parse(`${day}T12:00:00Z`);
    calls.take();
    await arrears.run();
    used.push(...calls.take());
  };
  for (const day of ['2026-12-02', '2026-12-13', '2026-12-16', '2026-12-23', '2026-12-30']) await runOn(day);
  await wallet.wallet.credit({ accountId: ACCOUNT, amountPico: picoOfCents(500n), paymentId: 'pi_due' });
  await runOn('2026-12-31');
  await interrupted(calls, WALLET, CREDIT_LINES_PARTITION);
  used.push(...calls.take());
  expect(await accounts.get(ACCOUNT)).not.toHaveProperty('suspendedAt');
  // It looks for the event of an action whose reply was lost.
  expect(unique([...used, 'audit GetItem acc_*'])).toEqual(allowedBy('ArrearsCollectPolicy'));
});
