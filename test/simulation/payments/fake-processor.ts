import { DAY_MS } from '../../../lambdas/domain/clock';
import type {
  BalanceMovement,
  ChargeOutcome,
  Checkout,
  EarlierCharge,
  EventObject,
  OffSessionCharge,
  PaymentProcessor,
  ProcessedDispute,
  ProcessedPayment,
  ProcessedRefund,
  ProcessorPrice,
  Purchase,
} from '../../../lambdas/domain/payments/processor';
import { RefundRefused } from '../../../lambdas/domain/payments/processor-errors';
import type { Random } from '../random';

type Writable<T> = { -readonly [name in keyof T]: T[name] };
type StoredPayment = Writable<Omit<ProcessedPayment, 'refunds' | 'disputes'>> & {
  refunds: Writable<ProcessedRefund>[];
  disputes: Writable<ProcessedDispute>[];
};

/** An event that was not delivered yet. */
export interface SimulatedEvent extends EventObject {
  readonly eventId: string;
}

export const DEPLOYMENT = 'dep_simulated';
export const BONUS_PRICE = 'price_bonus';
const YEAR_MS = 365 * DAY_MS;

/** The payment processor's truth, in memory. Each change makes events, which the history delivers as it likes. */
export class FakeProcessor implements PaymentProcessor {
  readonly payments = new Map<string, StoredPayment>();
  readonly events: SimulatedEvent[] = [];
  readonly #random: Random;
  readonly #now: () => number;
  readonly #answers = new Map<
    string,
    { readonly parameters: string; readonly answer: PromiseSettledResult<unknown> }
  >();
  readonly #movements: BalanceMovement[] = [];
  readonly #charged = new Map<string, string>();
  #numbers = 0;
  /** Whether the next off-session charges are declined. */
  isDeclining = false;
  readonly met = new Map<string, number>();
  /** The off-session charges that succeeded, by account. */
  readonly charges = new Map<string, number>();

  constructor(random: Random, now: () => number) {
    this.#random = random;
    this.#now = now;
  }

  payment(paymentId: string): Promise<ProcessedPayment | undefined> {
    return Promise.resolve(structuredClone(this.payments.get(paymentId)));
  }

  paymentsOf({ objectId }: EventObject): Promise<readonly string[]> {
    return Promise.resolve([objectId]);
  }

  createSubscription(): Promise<Checkout> {
    this.#numbers += 1;
    return Promise.resolve({ checkoutId: `cs_${this.#numbers}`, url: 'https://pay.example/subscribe' });
  }

  closeCheckout(): Promise<void> {
    return Promise.resolve();
  }

  paidElsewhere(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  subscriptions(): Promise<readonly never[]> {
    return Promise.resolve([]);
  }

  price(): Promise<ProcessorPrice> {
    return Promise.resolve({ cents: 1_000n, currency: 'usd', interval: 'month', intervalCount: 1 });
  }

  paidPeriods(): Promise<readonly never[]> {
    return Promise.resolve([]);
  }

  subscriptionsOf(): Promise<readonly never[]> {
    return Promise.resolve([]);
  }

  subscription(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  issuedInvoices(): Promise<readonly never[]> {
    return Promise.resolve([]);
  }

  invoicePage(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  createCustomer({ accountId }: { readonly accountId: string }): Promise<string> {
    return Promise.resolve(`cus_${accountId}`);
  }

  updateCustomer(): Promise<void> {
    return Promise.resolve();
  }

  endDealings(): Promise<void> {
    return Promise.resolve();
  }

  deleteCustomer(): Promise<void> {
    return Promise.resolve();
  }

  createCheckout(purchase: Purchase): Promise<Checkout> {
    return this.#once(purchase.idempotencyKey, purchase, () => {
      const checkoutId = this.#id('cs');
      return { checkoutId, url: `http://stripe.test/${checkoutId}` };
    });
  }

  charge(charge: OffSessionCharge): Promise<ChargeOutcome> {
    return this.#once(charge.idempotencyKey, charge, (): ChargeOutcome => {
      if (this.isDeclining) return { kind: 'declined', paymentId: undefined };
      const paymentId = this.pay({ accountId: charge.accountId, creditCents: charge.creditCents });
      this.#charged.set(charge.idempotencyKey, paymentId);
      this.charges.set(charge.accountId, (this.charges.get(charge.accountId) ?? 0) + 1);
      return { kind: 'succeeded', paymentId };
    });
  }

  earlierCharge({ idempotencyKey }: EarlierCharge): Promise<ChargeOutcome | undefined> {
    const paymentId = this.#charged.get(idempotencyKey);
    return Promise.resolve(paymentId === undefined ? undefined : { kind: 'succeeded', paymentId });
  }

  refund(refund: {
    readonly refundId: string;
    readonly paymentId: string;
    readonly cents: bigint;
    readonly creditCents: bigint;
  }): Promise<void> {
    return this.#once(refund.refundId, refund, () => {
      const payment = this.#find(refund.paymentId);
      if (this.refundable(payment) < refund.cents || this.#random.chance(0.2)) throw new RefundRefused();
      this.#addRefund(payment, refund);
    });
  }

  createPortal(): Promise<string> {
    return Promise.resolve('http://stripe.test/portal');
  }

  invoices(): ReturnType<PaymentProcessor['invoices']> {
    return Promise.resolve({ items: [], hasMore: false });
  }

  async *movements({
    from,
    to,
  }: {
    readonly from: number;
    readonly to: number;
  }): AsyncGenerator<BalanceMovement, void> {
    for (const movement of this.#movements) if (movement.at >= from && movement.at < to) yield movement;
  }

  /** A customer pays on the processor's page. @returns the payment's ID */
  pay(payment: Pick<ProcessedPayment, 'accountId' | 'creditCents'> & Partial<ProcessedPayment>): string {
    const paymentId = this.#id('pi');
    // A fifth of the payments includes a tax.
    const tax = this.#random.chance(0.2) ? 19n : 0n;
    const receivedCents = ((payment.creditCents ?? 0n) * (100n + tax) + 99n) / 100n;
    this.payments.set(paymentId, {
      paymentId,
      state: 'succeeded',
      currency: 'usd',
      amountCents: receivedCents,
      receivedCents,
      deployment: DEPLOYMENT,
      ...payment,
      refunds: [],
      disputes: [],
    });
    this.#move('payment', paymentId, receivedCents);
    return paymentId;
  }

  /** A subscription's invoice is paid, whose period has a bonus. */
  payInvoice(accountId: string, creditCents: bigint): void {
    const invoiceId = this.#id('in');
    const period = {
      invoiceId,
      deployment: DEPLOYMENT,
      accountId,
      priceId: BONUS_PRICE,
      endsAt: this.#now() + YEAR_MS,
    };
    this.met.set('a period had a bonus', 1);
    this.pay({ accountId, creditCents, period });
  }

  /** A payment that cannot be booked, or belongs to another deployment. */
  payBadly(accountId: string, creditCents: bigint): void {
    const bad = this.#random.pick<Partial<ProcessedPayment>>([
      { currency: 'eur' },
      { receivedCents: creditCents - 1n },
      { accountId: 'acc_01JDZZZZZZZZZZZZZZZZZZZZZZ' },
      { deployment: 'dep_other' },
      { state: 'pending' },
      { creditCents: 0n },
    ]);
    this.met.set('a payment could not be booked', 1);
    this.pay({ accountId, creditCents, ...bad });
  }

  /** Whether the ledger should have the payment. */
  isBookable({ currency, receivedCents, creditCents = 0n, accountId, deployment, state }: ProcessedPayment): boolean {
    const isOurs = deployment === DEPLOYMENT && accountId !== 'acc_01JDZZZZZZZZZZZZZZZZZZZZZZ';
    return isOurs && state === 'succeeded' && currency === 'usd' && creditCents > 0n && creditCents <= receivedCents;
  }

  /** An operator refunds on the processor's pages. */
  refundThere(paymentId: string, cents: bigint): void {
    const payment = this.#find(paymentId);
    if (this.refundable(payment) >= cents) this.#addRefund(payment, { cents });
  }

  /** A refund that was accepted fails later. */
  failRefund(paymentId: string): void {
    const payment = this.#find(paymentId);
    const refund = payment.refunds.find(({ state }) => state === 'succeeded');
    if (refund === undefined) return;
    refund.state = 'failed';
    this.#move('refund_failed', paymentId, refund.cents);
  }

  /** The payments that were disputed. */
  disputed(): readonly string[] {
    return [...this.payments.values()].filter(({ disputes }) => disputes.length > 0).map(({ paymentId: id }) => id);
  }

  dispute(paymentId: string): void {
    const payment = this.#find(paymentId);
    const cents = this.refundable(payment);
    if (cents <= 0n) return;
    payment.disputes.push({ processorId: this.#id('dp'), cents, state: 'taken', takenTimes: 1, returnedTimes: 0 });
    this.#move('dispute', paymentId, -cents);
  }

  /** The payer's bank appeals against a dispute that was won, and takes the money again. */
  appealDispute(paymentId: string): void {
    const payment = this.#find(paymentId);
    const dispute = payment.disputes.find(({ state }) => state === 'won');
    if (dispute === undefined || this.refundable(payment) < dispute.cents) return;
    dispute.state = 'taken';
    dispute.takenTimes += 1;
    this.met.set('a bank appealed', 1);
    this.#move('dispute', paymentId, -dispute.cents);
  }

  winDispute(paymentId: string): void {
    const dispute = this.#find(paymentId).disputes.find(({ state }) => state === 'taken');
    if (dispute === undefined) return;
    dispute.state = 'won';
    dispute.returnedTimes += 1;
    this.#move('dispute_won', paymentId, dispute.cents);
  }

  /** The part that was neither refunded nor disputed, in cents. */
  refundable({ receivedCents, refunds, disputes }: ProcessedPayment): bigint {
    const refunded = refunds.filter(({ state }) => state !== 'failed').reduce((sum, { cents }) => sum + cents, 0n);
    const disputed = disputes.filter(({ state }) => state === 'taken').reduce((sum, { cents }) => sum + cents, 0n);
    return receivedCents - refunded - disputed;
  }

  #addRefund(
    payment: StoredPayment,
    { cents, refundId, creditCents }: Partial<ProcessedRefund> & { cents: bigint },
  ): void {
    payment.refunds.push({ processorId: this.#id('re'), refundId, cents, creditCents, state: 'succeeded' });
    this.#move('refund', payment.paymentId, -cents);
  }

  #find(paymentId: string): StoredPayment {
    const payment = this.payments.get(paymentId);
    if (payment === undefined) throw new Error(`there is no payment ${paymentId}`);
    return payment;
  }

  #move(kind: BalanceMovement['kind'], paymentId: string, cents: bigint): void {
    this.#movements.push({ movementId: this.#id('txn'), kind, paymentId, cents, at: this.#now() });
    this.events.push({ eventId: this.#id('evt'), type: kind, objectId: paymentId });
  }

  #id(prefix: string): string {
    this.#numbers += 1;
    return `${prefix}_${this.#numbers}`;
  }

  /** Answers a repeated call as the first one, and refuses one with other parameters. */
  async #once<T>(key: string, parameters: object, call: () => T): Promise<T> {
    const text = JSON.stringify(parameters, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    const earlier = this.#answers.get(key);
    if (earlier === undefined) {
      const answer = await settled(call);
      // Stripe keeps no answer to a call that it refused before it began.
      if (answer.status === 'fulfilled') this.#answers.set(key, { parameters: text, answer });
      return valueOf(answer) as T;
    }
    if (earlier.parameters !== text) throw new Error(`the idempotency key ${key} was used with other parameters`);
    return valueOf(earlier.answer) as T;
  }
}

async function settled(call: () => unknown): Promise<PromiseSettledResult<unknown>> {
  const [result] = await Promise.allSettled([Promise.resolve().then(call)]);
  return result;
}

function valueOf(result: PromiseSettledResult<unknown>): unknown {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}
