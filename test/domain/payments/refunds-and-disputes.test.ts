import { MINUTE_MS } from '../../../lambdas/domain/clock';
import { picoOfCents } from '../../../lambdas/domain/payments/cents';
import { PaymentMissing, RefundFailed, RefundTooLarge } from '../../../lambdas/domain/payments/payments-errors';
import type { PaymentProcessor } from '../../../lambdas/domain/payments/processor';
import { RefundRefused } from '../../../lambdas/domain/payments/processor-errors';
import { Refunds } from '../../../lambdas/domain/payments/refunds';
import { ACCOUNT } from '../wallet/wallet-stage';
import { PaymentsStage } from './payments-stage';

let stage: PaymentsStage;
let paymentId: string;
afterEach(() => stage.close());

async function bought(cents: bigint, options: Parameters<PaymentsStage['buy']>[1] & { automaticTax?: boolean } = {}) {
  stage = await PaymentsStage.open({ automaticTax: options.automaticTax ?? false });
  paymentId = (await stage.buy(cents, options)) ?? '';
  await stage.receive();
}

const refund = (creditCents: bigint, refundId = 'refund_a'): Promise<void> =>
  stage.payments.refunds.refund({ accountId: ACCOUNT, paymentId, refundId, creditCents });

const processed = async () => {
  const payment = await stage.payments.processor.payment(paymentId);
  if (payment === undefined) throw new Error('there is no payment');
  return payment;
};

describe('a refund that the owner asks for', () => {
  test('promise-30 unused credit is paid back to the card, partially too', async () => {
    await bought(2_500n);
    await stage.spend(picoOfCents(500n));
    await refund(700n);
    await refund(1_300n, 'refund_b');
    expect(await stage.view()).toMatchObject({ availablePico: 0n });
    expect((await processed()).refunds.map(({ cents }) => cents).sort()).toEqual([1_300n, 700n]);
  });

  test('credit that was spent is not refunded', async () => {
    await bought(2_500n);
    await stage.spend(picoOfCents(500n) + 1n);
    await expect(refund(2_000n)).rejects.toThrow('At most $19.99 of this payment can be refunded now.');
    await expect(refund(2_000n)).rejects.toBeInstanceOf(RefundTooLarge);
    expect((await processed()).refunds).toEqual([]);
  });

  test('a refund includes its share of the tax, and a part of a cent is the customer’s', async () => {
    await bought(999n, { automaticTax: true, country: 'DE' });
    await refund(333n);
    const { receivedCents, refunds } = await processed();
    expect(refunds[0]?.cents).toBe((333n * receivedCents + 998n) / 999n);
    await refund(666n, 'refund_b');
    expect((await stage.view()).availablePico).toBe(0n);
  });

  test('a refund that is repeated is made once', async () => {
    await bought(2_500n);
    await refund(700n);
    await refund(700n);
    await stage.receive();
    expect((await processed()).refunds).toHaveLength(1);
    expect((await stage.view()).availablePico).toBe(picoOfCents(1_800n));
  });

  test('a refund of which Stripe’s reply is lost has begun, and is finished later and made once', async () => {
    await bought(2_500n);
    stage.stripe.controls.failNext({
      kind: 'disconnect',
      applied: true,
      path: '/v1/refunds',
      method: 'POST',
      times: 3,
    });
    // An error would make its owner try again, and a second refund has an ID of its own.
    await refund(700n);
    stage.stripe.controls.clearFaults();
    await stage.payments.refunds.complete();
    await stage.payments.refunds.complete();
    expect((await processed()).refunds).toHaveLength(1);
    expect((await stage.view()).availablePico).toBe(picoOfCents(1_800n));
  });

  test('credit that is being refunded cannot be spent while Stripe does not answer', async () => {
    await bought(2_500n);
    stage.stripe.controls.failNext({ kind: 'disconnect', path: '/v1/refunds', method: 'POST', times: 3 });
    await refund(2_500n);
    await expect(stage.spend(1n)).rejects.toThrow('does not cover');
    await stage.payments.refunds.complete();
    expect((await processed()).refunds).toHaveLength(1);
  });

  test('a refund that Stripe refuses returns the credit, and says so each time', async () => {
    await bought(2_500n);
    stage.stripe.controls.openDispute(paymentId);
    await expect(refund(2_500n)).rejects.toBeInstanceOf(RefundFailed);
    await expect(refund(2_500n)).rejects.toBeInstanceOf(RefundFailed);
    expect((await stage.view()).availablePico).toBe(picoOfCents(2_500n));
  });

  test('a refund that has not begun when Stripe does not answer can be asked for again', async () => {
    await bought(2_500n);
    stage.stripe.controls.failNext({ kind: 'disconnect', path: '/v1/payment_intents', times: 3 });
    await expect(refund(700n)).rejects.toMatchObject({ code: 'payments_unavailable' });
    expect((await stage.view()).availablePico).toBe(picoOfCents(2_500n));
  });

  test('a refund that Stripe refused is never asked for again, although the process died before it noted that', async () => {
    await bought(2_500n);
    const { processor } = stage.payments;
    let refusals = 1;
    // Stripe refuses while the operator's balance there is too small, for example, and accepts a day later.
    const refuseOnce: Pick<PaymentProcessor, 'payment' | 'refund'> = {
      payment: (id) => processor.payment(id),
      refund: (wanted) => {
        refusals -= 1;
        return refusals < 0 ? processor.refund(wanted) : Promise.reject(new RefundRefused());
      },
    };
    const { store, funds } = stage.wallet;
    const refunds = new Refunds({ store, clock: () => stage.wallet.now, funds, processor: refuseOnce });
    // The transactions that take the credit and give it back succeed; then the refund is not taken off the list.
    store.plan('none', 'none', () => Promise.reject(new Error('the process died')));
    const wanted = { accountId: ACCOUNT, paymentId, refundId: 'refund_a', creditCents: 700n };
    await refunds.refund(wanted);
    store.clear();
    await refunds.complete();
    await expect(refunds.refund(wanted)).rejects.toBeInstanceOf(RefundFailed);
    expect((await processed()).refunds).toEqual([]);
    expect((await stage.view()).availablePico).toBe(picoOfCents(2_500n));
  });

  test('many small refunds pay back no more tax than one large refund', async () => {
    await bought(1_000n, { automaticTax: true, country: 'DE' });
    for (let count = 0; count < 10; count += 1) await refund(1n, `refund_${count}`);
    const { refunds } = await processed();
    expect(refunds.reduce((sum, { cents }) => sum + cents, 0n)).toBe(12n);
  });

  test('a refund that fails at the bank later returns the credit', async () => {
    await bought(2_500n);
    await refund(700n);
    stage.stripe.controls.failRefund((await processed()).refunds[0]?.processorId ?? '');
    await stage.receive();
    expect((await stage.view()).availablePico).toBe(picoOfCents(2_500n));
  });

  test('a payment of another account is not found', async () => {
    await bought(2_500n);
    const other = 'acc_01JD0000000000000000000001';
    await stage.wallet.fund(0n, other);
    const refunded = stage.payments.refunds.refund({
      accountId: other,
      paymentId,
      refundId: 'refund_a',
      creditCents: 1n,
    });
    await expect(refunded).rejects.toBeInstanceOf(PaymentMissing);
  });
});

describe('several processes with the same refund', () => {
  const untilHeld = async (): Promise<void> => {
    while (stage.stripe.controls.heldCalls() === 0) await new Promise((resolve) => setImmediate(resolve));
  };

  test('a refund that is being asked for is not asked for by another process', async () => {
    await bought(2_500n);
    stage.stripe.controls.failNext({ kind: 'hold', method: 'POST', path: '/v1/refunds' });
    const first = refund(700n);
    await untilHeld();
    await stage.payments.refunds.complete();
    await refund(700n);
    expect(stage.stripe.controls.heldCalls()).toBe(1);
    stage.stripe.controls.clearFaults();
    await first;
    expect((await processed()).refunds).toHaveLength(1);
  });

  test('a refund whose process was killed is finished by another one some minutes later', async () => {
    await bought(2_500n);
    const { store, funds } = stage.wallet;
    const dead: Pick<PaymentProcessor, 'payment' | 'refund'> = {
      payment: (id) => stage.payments.processor.payment(id),
      refund: () => new Promise(() => undefined),
    };
    const killed = new Refunds({ store, clock: () => stage.wallet.now, funds, processor: dead });
    void killed.refund({ accountId: ACCOUNT, paymentId, refundId: 'refund_a', creditCents: 700n });
    while ((await stage.view()).availablePico !== picoOfCents(1_800n))
      await new Promise((resolve) => setImmediate(resolve));
    await stage.payments.refunds.complete();
    expect((await processed()).refunds).toEqual([]);
    stage.wallet.now += 10 * MINUTE_MS;
    await stage.payments.refunds.complete();
    expect((await processed()).refunds).toHaveLength(1);
  });
});

test('a refund that contradicts the ledger holds up neither the other refunds nor the disputes of its payment', async () => {
  await bought(2_500n);
  const refundThere = (): void =>
    void stage.stripe.controls.seed([{ path: '/v1/refunds', params: { payment_intent: paymentId, amount: '300' } }]);
  refundThere();
  // Another change of the account has the refund's ID.
  const [{ processorId } = { processorId: '' }] = (await processed()).refunds;
  const money = { accountId: ACCOUNT, paymentId, amountPico: 5n };
  await stage.wallet.funds.takeRefund({ ...money, refundId: `refund_${processorId}` });
  refundThere();
  stage.stripe.controls.openDispute(paymentId);
  await stage.receive();
  expect(stage.codes()).toEqual(['PAYMENT_EXCEPTION reused']);
  expect((await stage.wallet.entries()).filter(({ kind }) => kind === 'refund')).toHaveLength(2);
  expect((await stage.wallet.entries()).filter(({ kind }) => kind === 'dispute')).toHaveLength(1);
});

describe('a refund on Stripe’s own pages', () => {
  const refundThere = (cents: number): void =>
    void stage.stripe.controls.seed([
      { path: '/v1/refunds', params: { payment_intent: paymentId, amount: String(cents) } },
    ]);

  test('the ledger follows it', async () => {
    await bought(2_500n);
    refundThere(1_000);
    await stage.receive();
    expect((await stage.view()).availablePico).toBe(picoOfCents(1_500n));
    expect(stage.codes()).toEqual([]);
  });

  test('credit that was spent before is the operator’s loss, and alarms', async () => {
    await bought(2_500n);
    await stage.spend(picoOfCents(2_000n));
    refundThere(1_000);
    await stage.receive();
    expect((await stage.view()).availablePico).toBe(0n);
    expect(stage.codes()).toEqual(['PAYMENT_EXCEPTION refund_above_credit']);
  });

  test('credit that running requests hold counts as spent when its payment is refunded at Stripe', async () => {
    await bought(2_500n);
    const hold = await stage.wallet.reserve(picoOfCents(2_000n));
    refundThere(1_000);
    await stage.receive();
    await stage.wallet.release(hold);
    await stage.receive();
    expect((await stage.view()).availablePico).toBe(picoOfCents(2_000n));
    expect(stage.codes()).toEqual(['PAYMENT_EXCEPTION refund_above_credit']);
  });

  test('the operator’s loss ends when the refund fails at the bank', async () => {
    await bought(2_500n);
    await stage.spend(picoOfCents(2_500n));
    refundThere(1_000);
    await stage.receive();
    stage.stripe.controls.failRefund((await processed()).refunds[0]?.processorId ?? '');
    await stage.receive();
    const { differences } = await stage.payments.reconcile({ from: 0, to: stage.wallet.now + 1_000 });
    expect(differences).toEqual([]);
    expect((await stage.view()).availablePico).toBe(0n);
  });
});

describe('a dispute', () => {
  test('disputed credit that was spent is a debt, until the dispute is won', async () => {
    await bought(2_500n);
    await stage.spend(picoOfCents(2_000n));
    const { id } = stage.stripe.controls.openDispute(paymentId);
    await stage.receive();
    expect(await stage.view()).toMatchObject({ availablePico: 0n, debtPico: picoOfCents(2_000n) });
    await expect(stage.spend(1n)).rejects.toMatchObject({ name: 'WalletInDebt' });
    await stage.receive();
    expect(await stage.messages()).toEqual(['account_in_debt', 'invoice_issued', 'top_up_succeeded']);
    stage.stripe.controls.winDispute(id);
    await stage.receive();
    expect(await stage.view()).toMatchObject({ availablePico: picoOfCents(500n), debtPico: 0n });
  });

  test('an inquiry takes no credit until it becomes a dispute', async () => {
    await bought(2_500n);
    const { id } = stage.stripe.controls.openDispute(paymentId, { isInquiry: true });
    await stage.receive();
    expect((await stage.view()).availablePico).toBe(picoOfCents(2_500n));
    stage.stripe.controls.escalateDispute(id);
    await stage.receive();
    expect(await stage.view()).toMatchObject({ availablePico: 0n, debtPico: 0n });
  });

  test('money that the bank takes again after an appeal is taken again, until that is won too', async () => {
    await bought(2_500n);
    const { id } = stage.stripe.controls.openDispute(paymentId);
    stage.stripe.controls.winDispute(id);
    await stage.receive();
    expect((await stage.view()).availablePico).toBe(picoOfCents(2_500n));
    stage.stripe.controls.appealDispute(id);
    await stage.receive((ids) => [...ids].reverse());
    expect((await stage.view()).availablePico).toBe(0n);
    const period = { from: 0, to: stage.wallet.now + 1_000 };
    expect((await stage.payments.reconcile(period)).differences).toEqual([]);
    stage.stripe.controls.winDispute(id);
    await stage.receive();
    expect((await stage.view()).availablePico).toBe(picoOfCents(2_500n));
    expect((await stage.payments.reconcile(period)).differences).toEqual([]);
    expect(stage.codes()).toEqual([]);
  });

  test('a dispute that is lost after an appeal stays taken', async () => {
    await bought(2_500n);
    const { id } = stage.stripe.controls.openDispute(paymentId);
    for (const step of ['winDispute', 'appealDispute', 'loseDispute'] as const) stage.stripe.controls[step](id);
    await stage.receive();
    expect(await stage.view()).toMatchObject({ availablePico: 0n, debtPico: 0n });
  });

  test('a dispute that is looked at again without a movement of money waits for an operator', async () => {
    await bought(2_500n);
    const { id } = stage.stripe.controls.openDispute(paymentId);
    stage.stripe.controls.winDispute(id);
    await stage.receive();
    stage.stripe.controls.appealDispute(id, false);
    await stage.receive();
    expect(stage.codes()).toEqual(['PAYMENT_EXCEPTION dispute_reopened']);
    expect((await stage.view()).availablePico).toBe(picoOfCents(2_500n));
  });

  test('a lost dispute changes nothing more', async () => {
    await bought(2_500n);
    const { id } = stage.stripe.controls.openDispute(paymentId);
    stage.stripe.controls.loseDispute(id);
    await stage.receive((ids) => [...ids].reverse());
    expect(await stage.view()).toMatchObject({ availablePico: 0n, debtPico: 0n });
  });
});
