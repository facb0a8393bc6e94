import { z } from 'zod';
import { PENDING_REFUNDS_PARTITION, pendingRefundKey } from '../../contracts/storage/table-keys/funds';
import { entryKey } from '../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../contracts/storage/tables';
import { type Clock, MINUTE_MS } from '../clock';
import { absent, all, any, compare, exists } from '../table/condition';
import { ConditionFailed } from '../table/table-errors';
import type { TableStore } from '../table/table-store';
import { workThrough } from '../table/work-through';
import type { Funds } from '../wallet/funds/funds';
import { NotRefundable, PaymentNotFound } from '../wallet/funds/funds-errors';
import type { Recorder } from '../wallet/funds/change-funds';
import { type Refund, returnIdOf } from '../wallet/funds/refund';
import { picoOfCents, shareOfRoundedUp, wholeCentsIn } from './cents';
import { creditOf } from './credit-of';
import { PaymentMissing, RefundFailed, RefundTooLarge } from './payments-errors';
import type { PaymentProcessor, ProcessedPayment } from './processor';
import { RefundRefused } from './processor-errors';
import { reached } from './reached';

export interface RefundsOptions {
  readonly store: TableStore;
  readonly clock: Clock;
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

/** How long a process has to ask for a refund. One that was killed holds the refund up for so long. */
const CLAIM_MS = 10 * MINUTE_MS;

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
    const { processor } = this.#options;
    const payment = await reached(() => processor.payment(paymentId));
    if (payment?.accountId !== accountId || payment.creditCents === undefined) throw new PaymentMissing();
    const cents = refundedCents(payment, { refundId, creditCents });
    const pending = { refundId, accountId, paymentId, cents, creditCents };
    const isNew = await this.#take(pending, record);
    // An earlier call of the same refund is asking, or has asked.
    const isAsking = isNew || (await this.#claim(refundId));
    // `complete` fails and alarms if the reason lasts.
    const isAccepted = isAsking
      ? await this.#ask(pending).catch(() => undefined)
      : !(await this.#isReturned(accountId, refundId));
    if (isAccepted === false) throw new RefundFailed();
  }

  /** Takes the credit, lists the refund and claims it. @returns whether this call did */
  async #take(pending: PendingRefund, record: Recorder | undefined): Promise<boolean> {
    const { funds, clock } = this.#options;
    const listed = { ...pendingRefundKey(pending.refundId), ...pending, claimedUntil: clock() + CLAIM_MS };
    const writes = [{ write: { table: WALLET, put: listed } }];
    try {
      return (await funds.takeRefund({ ...moneyOf(pending), writes }, record)).isNew;
    } catch (error) {
      if (error instanceof NotRefundable) throw new RefundTooLarge(picoOfCents(wholeCentsIn(error.mostPico)));
      if (error instanceof PaymentNotFound) throw new PaymentMissing();
      throw error;
    }
  }

  /**
   * Claims a listed refund, so that no two processes ask for it at once: one could see it refused and give the credit back
   * while the other sees it accepted.
   * @returns false if another process has it, or if it is not listed any more
   */
  async #claim(refundId: string): Promise<boolean> {
    const { store, clock } = this.#options;
    const now = clock();
    const isFree = any(absent('claimedUntil'), compare('claimedUntil', '<=', now));
    try {
      await store.write({
        table: WALLET,
        update: pendingRefundKey(refundId),
        change: { set: { claimedUntil: now + CLAIM_MS } },
        when: all(exists(), isFree),
      });
      return true;
    } catch (error) {
      if (error instanceof ConditionFailed) return false;
      throw error;
    }
  }

  /** Lets another process ask at once, rather than when the claim ends. */
  async #release(refundId: string): Promise<void> {
    const change = { remove: ['claimedUntil'] };
    await this.#options.store.write({ table: WALLET, update: pendingRefundKey(refundId), change, when: exists() });
  }

  async #isReturned(accountId: string, refundId: string): Promise<boolean> {
    const key = entryKey(accountId, returnIdOf(refundId));
    return (await this.#options.store.get({ table: WALLET, key })) !== undefined;
  }

  /**
   * Finishes refunds that were interrupted.
   * @param until epoch milliseconds: no refund is begun from then on, and the next call continues. @default no limit
   * @throws the first error, after it has tried each
   */
  async complete(until?: number): Promise<void> {
    const list = { table: WALLET, partition: PENDING_REFUNDS_PARTITION, until };
    await workThrough(this.#options, list, async (item) => {
      const pending = pendingSchema.parse(item);
      if (await this.#claim(pending.refundId)) await this.#ask(pending);
    });
  }

  /** Asks for a refund that this process has claimed. @returns whether the processor accepted it */
  async #ask(pending: PendingRefund): Promise<boolean> {
    try {
      return await this.#finish(pending);
    } catch (error) {
      // Without the store, the claim ends by itself.
      await this.#release(pending.refundId).catch(() => undefined);
      throw error;
    }
  }

  async #finish(pending: PendingRefund): Promise<boolean> {
    const { store, funds, processor } = this.#options;
    const { accountId, refundId, paymentId, cents, creditCents } = pending;
    // The processor forgets idempotency keys after a day, so what it has done is looked up first.
    const payment = await reached(() => processor.payment(paymentId));
    const earlier = payment?.refunds.find((refund) => refund.refundId === refundId);
    const isReturned = await this.#isReturned(accountId, refundId);
    let isAccepted = earlier?.state !== 'failed' && !isReturned;
    // It keeps no refusals either: it might accept a refund whose credit is back in the account.
    if (earlier === undefined && !isReturned) {
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
