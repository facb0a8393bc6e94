import { entryKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { WALLET } from '../../../lambdas/contracts/storage/tables';
import { picoOfCents } from '../../../lambdas/domain/payments/cents';
import type { PaymentProcessor, ProcessedPayment } from '../../../lambdas/domain/payments/processor';
import { reconcile } from '../../../lambdas/domain/payments/reconcile';
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
        params: {
          amount: '2500',
          currency: 'usd',
          payment_method: 'pm_card_visa',
          confirm: 'true',
          automatic_payment_methods: { enabled: 'true', allow_redirects: 'never' },
        },
      },
    ]);
    expect(await everything()).toEqual({ payments: 0, movements: 0, differences: [] });
  });

  test('a payment that cannot be looked at fails the run, and the others are booked nevertheless', async () => {
    for (let bought = 0; bought < 12; bought += 1) await stage.buy(500n);
    const brokenId = await stage.buy(500n);
    const { processor } = stage.payments;
    const looked = new Set<string>();
    const converge = async (paymentId: string): Promise<ProcessedPayment | undefined> => {
      if (paymentId === brokenId) throw new TypeError('broken');
      looked.add(paymentId);
      return undefined;
    };
    const period = { from: 0, to: stage.wallet.now + 1_000 };
    await expect(reconcile({ store: stage.wallet.engine, processor, converge }, period)).rejects.toThrow('broken');
    expect(looked.size).toBe(12);
  });

  test('a payment that cannot be booked is a difference', async () => {
    const metadata = {
      tollgate_deployment: 'test-deployment',
      tollgate_account: 'acc_01JDZZZZZZZZZZZZZZZZZZZZZZ',
      tollgate_credit_cents: '2500',
    };
    const params = {
      amount: '2500',
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: 'true',
      automatic_payment_methods: { enabled: 'true', allow_redirects: 'never' },
      metadata,
    };
    stage.stripe.controls.seed([{ path: '/v1/payment_intents', params }]);
    expect((await everything()).differences).toMatchObject([{ kind: 'credit', expectedPico: picoOfCents(2_500n) }]);
  });
});

describe('a payment about which the bank decides later', () => {
  /** @returns the payment's ID */
  async function delayed(): Promise<string> {
    await stage.buy(1_000n);
    await stage.receive();
    await stage.automate();
    await stage.spend(picoOfCents(600n));
    stage.stripe.controls.delayNext();
    await stage.payments.autoTopUps.check(ACCOUNT);
    const [event] = stage.stripe.controls.events('payment_intent.processing');
    return (event?.data.object as { readonly id: string }).id;
  }
  afterEach(() => stage.close());

  test('a debit that is pending is in Stripe’s balance, and is no difference', async () => {
    await delayed();
    expect(await everything()).toEqual({ payments: 2, movements: 2, differences: [] });
  });

  test('a debit that failed has left Stripe’s balance again, and is no difference', async () => {
    stage.stripe.controls.endProcessing(await delayed(), false);
    expect(await everything()).toEqual({ payments: 2, movements: 3, differences: [] });
    expect((await stage.view()).paidPico).toBe(picoOfCents(400n));
  });

  test('a debit that succeeded is credited, and is no difference', async () => {
    stage.stripe.controls.endProcessing(await delayed(), true);
    expect(await everything()).toEqual({ payments: 2, movements: 2, differences: [] });
    expect((await stage.view()).paidPico).toBe(picoOfCents(1_400n));
  });
});

describe('what Stripe does not have', () => {
  afterEach(() => stage.stripe.close());
  const credit = (paymentId: string): Promise<unknown> =>
    stage.wallet.wallet.credit({ accountId: ACCOUNT, amountPico: picoOfCents(700n), paymentId });

  test('a credit of a payment that Stripe does not know is a difference, and a credit by an operator is none', async () => {
    await credit('pi_invented');
    await credit('operator-1');
    expect((await everything()).differences).toEqual([
      { paymentId: 'pi_invented', kind: 'credit', expectedPico: 0n, actualPico: picoOfCents(700n) },
    ]);
  });

  test('a credit of another period is not looked at', async () => {
    await credit('pi_invented');
    const { now } = stage.wallet;
    expect((await stage.payments.reconcile({ from: now + 1, to: now + 1_000 })).differences).toEqual([]);
    expect((await stage.payments.reconcile({ from: now, to: now + 1_000 })).differences).toHaveLength(1);
  });

  test('a movement that Stripe made twice is a difference', async () => {
    await stage.buy(2_500n);
    const twice: PaymentProcessor['movements'] = async function* (period) {
      for await (const movement of stage.payments.processor.movements(period)) {
        yield movement;
        yield { ...movement, movementId: `${movement.movementId}_again` };
      }
    };
    const converge = async (id: string): Promise<ProcessedPayment | undefined> => {
      await stage.receive();
      return stage.payments.processor.payment(id);
    };
    const period = { from: 0, to: stage.wallet.now + 1_000 };
    const { differences } = await reconcile(
      { store: stage.wallet.engine, processor: { movements: twice }, converge },
      period,
    );
    expect(differences).toMatchObject([{ kind: 'movement', actualPico: picoOfCents(2_500n) }]);
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
