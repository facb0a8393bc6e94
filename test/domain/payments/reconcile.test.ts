import { entryKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { WALLET } from '../../../lambdas/contracts/storage/tables';
import { picoOfCents } from '../../../lambdas/domain/payments/cents';
import { ACCOUNT } from '../wallet/wallet-stage';
import { PaymentsStage } from './payments-stage';

let stage: PaymentsStage;
beforeEach(async () => {
  stage = await PaymentsStage.open();
});

const everything = () => stage.payments.reconcile({ from: 0, to: stage.wallet.now + 1_000 });

describe('the reconciliation', () => {
  afterEach(() => stage.close());

  test('it books a payment whose events never arrived, and then finds no difference', async () => {
    const paymentId = (await stage.buy(2_500n)) ?? '';
    stage.stripe.controls.seed([{ path: '/v1/refunds', params: { payment_intent: paymentId, amount: '500' } }]);
    stage.stripe.controls.openDispute((await stage.buy(1_000n)) ?? '');
    expect(await everything()).toEqual({ payments: 2, movements: 4, differences: [] });
    expect((await stage.view()).availablePico).toBe(picoOfCents(2_000n));
  });

  test('fees and payments of other deployments are no differences', async () => {
    stage.stripe.controls.chargeFee(123);
    stage.stripe.controls.seed([
      {
        path: '/v1/payment_intents',
        params: { amount: '2500', currency: 'usd', payment_method: 'pm_card_visa', confirm: 'true' },
      },
    ]);
    expect(await everything()).toEqual({ payments: 0, movements: 0, differences: [] });
  });

  test('a payment that cannot be booked is a difference', async () => {
    const metadata = {
      tollgate_deployment: 'test-deployment',
      tollgate_account: 'acc_01JDZZZZZZZZZZZZZZZZZZZZZZ',
      tollgate_credit_cents: '2500',
    };
    const params = { amount: '2500', currency: 'usd', payment_method: 'pm_card_visa', confirm: 'true', metadata };
    stage.stripe.controls.seed([{ path: '/v1/payment_intents', params }]);
    expect((await everything()).differences).toMatchObject([{ kind: 'credit', expectedPico: picoOfCents(2_500n) }]);
  });
});

test('promise-24 a ledger that lost a cent of a payment is found', async () => {
  const paymentId = (await stage.buy(2_500n)) ?? '';
  await stage.receive();
  const entry = { table: WALLET, key: entryKey(ACCOUNT, paymentId) };
  const item = await stage.wallet.engine.get(entry);
  const transfers = [{ from: 'funded', to: 'available', amountPico: picoOfCents(2_499n) }];
  await stage.wallet.engine.write({ table: WALLET, put: { ...item, ...entry.key, transfers } });
  expect((await everything()).differences).toEqual([
    { paymentId, kind: 'credit', expectedPico: picoOfCents(2_500n), actualPico: picoOfCents(2_499n) },
  ]);
  await stage.stripe.close();
});
