import { accountIdSchema } from '../../contracts/storage/ids';
import { refusedPaymentKey } from '../../contracts/storage/table-keys/funds';
import type { Key } from '../table/value';
import type { Funds } from '../wallet/funds/funds';
import type { Wallet } from '../wallet/wallet';
import { CREDIT_PICO_MAX } from '../wallet/ledger/payment';
import { PaymentIdReused, WalletNotFound } from '../wallet/wallet-errors';
import { ChangeIdReused, PaymentNotFound } from '../wallet/funds/funds-errors';
import type { NewMessage } from '../notifications/outbox/message';
import { accountInDebt, topUpFailed, topUpSucceeded } from '../notifications/outbox/messages';
import type { Notify } from '../notifications/outbox/outbox';
import { picoOfCents } from './cents';
import { creditOf, disputeIdOf, refundIdOf } from './credit-of';
import { CURRENCY } from './currency';
import type { ExceptionCode, PaymentExceptions } from './payment-exceptions';
import type { PaidPeriod, PaymentProcessor, ProcessedDispute, ProcessedPayment, ProcessedRefund } from './processor';

export interface ConvergeDependencies {
  readonly processor: Pick<PaymentProcessor, 'payment'>;
  readonly wallet: Pick<Wallet, 'credit'>;
  readonly funds: Pick<Funds, 'takeRefund' | 'returnRefund' | 'takeDisputed' | 'returnDisputed'>;
  readonly exceptions: Pick<PaymentExceptions, 'add'>;
  /** Tells the account's people. */
  readonly notify: Notify;
  /** Tells them once; see `tellOnce`. */
  readonly tellOnce: (notice: Key, message: NewMessage) => Promise<void>;
  /** Grants the bonus of a subscription's period once; see `Plans.grantBonus`. */
  readonly grantBonus: (period: PaidPeriod) => Promise<void>;
  /** The ID of this deployment. Several can share one account at the processor. */
  readonly deployment: string;
}

/** A payment of this deployment that has succeeded. */
interface Bought extends ProcessedPayment {
  readonly accountId: string;
  readonly creditCents: bigint;
}

/**
 * Makes the ledger agree with the processor about one payment: its credit, its refunds and its disputes. It reads the
 * processor's present state, so events may come twice, late, in any order or not at all; and each step is booked once, so
 * it may run at any time and several times at once.
 * @returns the payment as it was booked; undefined if it does not belong to this deployment
 * @throws ProcessorUnavailable, WalletUnavailable: it should run again
 */
export async function convergePayment(
  dependencies: ConvergeDependencies,
  paymentId: string,
): Promise<ProcessedPayment | undefined> {
  const { processor, deployment } = dependencies;
  const payment = await processor.payment(paymentId);
  if (payment?.deployment !== deployment) return undefined;
  if (payment.state === 'refused') await tellRefused(dependencies, payment);
  if (payment.state !== 'succeeded') return payment;
  try {
    const bought = await boughtOf(dependencies, payment);
    if (bought) await book(dependencies, bought);
  } catch (error) {
    const code = exceptionOf(error);
    if (code === undefined) throw error;
    await dependencies.exceptions.add(paymentId, code, payment.accountId);
  }
  return payment;
}

async function tellRefused(
  { tellOnce }: ConvergeDependencies,
  { accountId, paymentId, creditCents }: ProcessedPayment,
): Promise<void> {
  if (accountId === undefined || !accountIdSchema.safeParse(accountId).success || creditCents === undefined) return;
  const message = topUpFailed({ accountId, paymentId, amountPico: picoOfCents(creditCents) });
  await tellOnce(refusedPaymentKey(accountId, paymentId), message);
}

function exceptionOf(error: unknown): ExceptionCode | undefined {
  if (error instanceof WalletNotFound || error instanceof PaymentNotFound) return 'unknown_account';
  return error instanceof PaymentIdReused || error instanceof ChangeIdReused ? 'reused' : undefined;
}

/** @returns undefined if the payment cannot be booked, which has been noted */
async function boughtOf({ exceptions }: ConvergeDependencies, payment: ProcessedPayment): Promise<Bought | undefined> {
  const { paymentId, currency, receivedCents, accountId, creditCents } = payment;
  const refuse = async (code: ExceptionCode): Promise<undefined> => {
    await exceptions.add(paymentId, code, accountId);
    return undefined;
  };
  if (currency !== CURRENCY) return refuse('other_currency');
  if (accountId === undefined) return refuse('unknown_account');
  if (creditCents === undefined || creditCents <= 0n || creditCents > receivedCents) return refuse('no_credit');
  if (picoOfCents(creditCents) > CREDIT_PICO_MAX) return refuse('too_large');
  return { ...payment, accountId, creditCents };
}

async function book(dependencies: ConvergeDependencies, bought: Bought): Promise<void> {
  const { wallet, notify, grantBonus } = dependencies;
  const { accountId, paymentId, creditCents, period, refunds, disputes } = bought;
  const amountPico = picoOfCents(creditCents);
  await wallet.credit(
    { accountId, paymentId, amountPico },
    notify(topUpSucceeded({ accountId, paymentId, amountPico })),
  );
  if (period) await grantBonus(period);
  for (const refund of refunds) await bookRefund(dependencies, bought, refund);
  for (const dispute of disputes) await bookDispute(dependencies, bought, dispute);
}

async function bookRefund(
  { funds, exceptions }: ConvergeDependencies,
  bought: Bought,
  refund: ProcessedRefund,
): Promise<void> {
  const { accountId, paymentId } = bought;
  const taken = { accountId, paymentId, refundId: refundIdOf(refund), amountPico: creditOf(bought, refund) };
  if (taken.amountPico === 0n) return;
  if (refund.state === 'failed') {
    await funds.returnRefund(taken);
    return;
  }
  const { lostPico } = await funds.takeRefund({ ...taken, hasHappened: true });
  if (lostPico > 0n) await exceptions.add(paymentId, 'refund_above_credit', accountId);
}

async function bookDispute(
  { funds, notify }: ConvergeDependencies,
  bought: Bought,
  dispute: ProcessedDispute,
): Promise<void> {
  const { accountId, paymentId } = bought;
  const taken = { accountId, paymentId, disputeId: disputeIdOf(dispute), amountPico: creditOf(bought, dispute) };
  if (dispute.state === 'inquiry' || taken.amountPico === 0n) return;
  await funds.takeDisputed(taken, (debtPico) =>
    notify(accountInDebt({ accountId, paymentId, debtPico, disputeId: dispute.processorId })),
  );
  if (dispute.state === 'won') await funds.returnDisputed(taken);
}
