import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import { picoOfCents } from '../../lambdas/domain/payments/cents';
import { PaymentsStage } from '../domain/payments/payments-stage';
import { CallRecorder } from './call-recorder';

/** Payments on a local Stripe, and the calls of the tables. */
export interface RecordedPayments {
  readonly stage: PaymentsStage;
  readonly calls: CallRecorder;
}

export async function recordedPayments(): Promise<RecordedPayments> {
  let now = (): number => Date.now();
  const calls = new CallRecorder(EmbeddedStore.memory({ clock: () => now() }));
  const stage = await PaymentsStage.open({ engine: calls });
  now = () => stage.wallet.now;
  return { stage, calls };
}

/** Has every kind of payment, refund and dispute booked. @returns the calls of what books them */
export async function callsOfBooking(
  { stage, calls }: RecordedPayments,
  book: () => Promise<unknown>,
): Promise<string[]> {
  const found: string[] = [];
  const booked = async (): Promise<void> => {
    calls.take();
    await book();
    found.push(...calls.take());
  };
  const { controls } = stage.stripe;
  const refund = (payment: string): void =>
    void controls.seed([{ path: '/v1/refunds', params: { payment_intent: payment, amount: '500' } }]);
  const paymentId = (await stage.buy(2_500n)) ?? '';
  await booked();
  refund(paymentId);
  await booked();
  const payment = await stage.payments.processor.payment(paymentId);
  controls.failRefund(payment?.refunds[0]?.processorId ?? '');
  await booked();
  await stage.spend(picoOfCents(2_000n));
  // It is more than the account has, so the account owes the rest.
  const { id } = controls.openDispute(paymentId);
  await booked();
  const paymentInDebt = (await stage.buy(500n)) ?? '';
  await booked();
  controls.winDispute(id);
  await booked();
  // The credit is spent, so an operator has to decide.
  await stage.spend((await stage.view()).availablePico);
  refund(paymentInDebt);
  await booked();
  expect(stage.codes()).toEqual(['PAYMENT_EXCEPTION refund_above_credit']);
  return found;
}
