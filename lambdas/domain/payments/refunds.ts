import { z } from 'zod';
import { PENDING_REFUNDS_PARTITION, pendingRefundKey } from '../../contracts/storage/table-keys/funds';
import { entryKey } from '../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../contracts/storage/tables';
import { everyItem } from '../table/every-item';
import type { TableStore } from '../table/table-store';
import type { Funds } from '../wallet/funds/funds';
import { NotRefundable, PaymentNotFound } from '../wallet/funds/funds-errors';
import type { Recorder } from '../wallet/funds/change-funds';
import { type Refund, returnIdOf } from '../wallet/funds/refund';
import { picoOfCents, shareOfRoundedUp, wholeCentsIn } from './cents';
import { creditOf } from './credit-of';
import { PaymentMissing, PaymentsUnavailable, RefundFailed, RefundTooLarge } from './payments-errors';
import { type PaymentProcessor, type ProcessedPayment, ProcessorUnavailable, RefundRefused } from './processor';

export interface RefundsOptions {
  readonly store: TableStore;
  readonly funds: Pick<Funds, 'takeRefund' | 'returnRefund'>;
  readonly processor: Pick<PaymentProcessor, 'payment' | 'refund'>;
}

export const pendingSchema = z.object({
  refundId: z.string(),
  accountId: z.string(),
  paymentId: z.string(),
  cents: z.bigint(),
  creditCents: z.bigint(),
});
type PendingRefund = Readonly<z.infer<typeof pendingSchema>>;

/**
 * Pays unused credit back to the payment method that bought it. The credit leaves the account before the processor is
 * asked, so it cannot be spent meanwhile; it comes back if the processor refuses. A refund that was interrupted stays
 * on a list, and `complete` finishes it.
 */
export class Refunds {
  readonly #options: RefundsOptions;

  constructor(options: RefundsOptions) {
    this.#options = options;
  }

  /**
   * Resolves once the processor has accepted the refund, or once it is on the list, if the processor does not answer: an
   * error would make the caller ask again, for a second refund.
   * @param refund.refundId repeating a refund with its ID has no further effect
   * @throws PaymentMissing, RefundTooLarge, RefundFailed
   * @throws PaymentsUnavailable when nothing was taken
   */
  async refund({
    accountId,
    paymentId,
    refundId,
    creditCents,
    record,
  }: {
    readonly accountId: string;
    readonly paymentId: string;
    readonly refundId: string;
    readonly creditCents: bigint;
    /** Commits the refund's writes together with others; see `changeFunds`. */
    readonly record?: Recorder;
  }): Promise<void> {
    const { funds, processor } = this.#options;
    const payment = await reached(() => processor.payment(paymentId));
    if (payment?.accountId !== accountId || payment.creditCents === undefined) throw new PaymentMissing();
    const cents = refundedCents(payment, { refundId, creditCents });
    const pending = { refundId, accountId, paymentId, cents, creditCents };
    try {
      const writes = [{ write: { table: WALLET, put: { ...pendingRefundKey(refundId), ...pending } } }];
      await funds.takeRefund({ ...moneyOf(pending), writes }, record);
    } catch (error) {
      if (error instanceof NotRefundable) throw new RefundTooLarge(picoOfCents(wholeCentsIn(error.mostPico)));
      if (error instanceof PaymentNotFound) throw new PaymentMissing();
      throw error;
    }
    // `complete` fails and alarms if the reason lasts.
    const isAccepted = await this.#ask(pending).catch(() => undefined);
    if (isAccepted === false) throw new RefundFailed();
  }

  /** Finishes refunds that were interrupted. @throws the first error, after it has tried each */
  async complete(): Promise<void> {
    const errors: unknown[] = [];
    for await (const item of everyItem(this.#options.store, { table: WALLET, partition: PENDING_REFUNDS_PARTITION })) {
      await this.#ask(pendingSchema.parse(item)).catch((error: unknown) => errors.push(error));
    }
    if (errors.length > 0) throw errors[0];
  }

  /** @returns whether the processor accepted the refund */
  async #ask(pending: PendingRefund): Promise<boolean> {
    const { store, funds, processor } = this.#options;
    const { accountId, refundId, paymentId, cents, creditCents } = pending;
    // The processor forgets idempotency keys after a day, so what it has done is looked up first.
    const payment = await reached(() => processor.payment(paymentId));
    const earlier = payment?.refunds.find((refund) => refund.refundId === refundId);
    const returned = await store.get({ table: WALLET, key: entryKey(accountId, returnIdOf(refundId)) });
    let isAccepted = earlier?.state !== 'failed' && returned === undefined;
    // It keeps no refusals either: it might accept a refund whose credit is back in the account.
    if (earlier === undefined && returned === undefined) {
      try {
        await reached(() => processor.refund({ refundId, paymentId, cents, creditCents }));
      } catch (error) {
        if (!(error instanceof RefundRefused)) throw error;
        isAccepted = false;
      }
    }
    if (!isAccepted) await funds.returnRefund(moneyOf(pending));
    await store.write({ table: WALLET, delete: pendingRefundKey(refundId) });
    return isAccepted;
  }
}

/**
 * The amount that a refund of credit pays back: the tax on the credit is returned too. All refunds of a payment together
 * are rounded up once, so no part of a cent is kept from the customer, and many small refunds pay no more than a large one.
 * @throws RefundTooLarge
 */
function refundedCents(
  payment: ProcessedPayment,
  { refundId, creditCents: wanted }: Pick<PendingRefund, 'refundId' | 'creditCents'>,
): bigint {
  const { receivedCents, creditCents = 0n, refunds } = payment;
  const others = refunds.filter((refund) => refund.state !== 'failed' && refund.refundId !== refundId);
  const paidBack = others.reduce((sum, { cents }) => sum + cents, 0n);
  const returned = others.reduce((sum, refund) => sum + wholeCentsIn(creditOf(payment, refund)), 0n);
  if (returned + wanted > creditCents) throw new RefundTooLarge(picoOfCents(creditCents - returned));
  return shareOfRoundedUp(receivedCents, returned + wanted, creditCents) - paidBack;
}

const moneyOf = ({ accountId, refundId, paymentId, creditCents }: PendingRefund): Refund => ({
  accountId,
  refundId,
  paymentId,
  amountPico: picoOfCents(creditCents),
});

/** @throws PaymentsUnavailable for ProcessorUnavailable */
export async function reached<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof ProcessorUnavailable ? new PaymentsUnavailable({ cause: error }) : error;
  }
}
