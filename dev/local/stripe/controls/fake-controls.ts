import { runDue } from '../billing/run-due';
import type { Buyer } from '../checkout/session-note';
import type { Fault, Faults } from '../http/faults';
import type { Call } from '../http/route';
import { findRoute } from '../http/route';
import { type FormValue } from '../http/form';
import { Params } from '../http/params';
import { noSuch, unknownPath } from '../http/stripe-failure';
import { authenticate } from '../pages/authenticate-page';
import { chooseCard } from '../pages/checkout-page';
import { moveBalance } from '../payments/balance';
import { endProcessing } from '../payments/delayed';
import type { DISPUTE_REASONS } from '../payments/disputes';
import { decide, escalate, openDispute } from '../payments/disputes';
import type { Outcome } from '../payments/outcome';
import { failRefund } from '../payments/refunds';
import { ROUTES } from '../resources/routes';
import type { BalanceTransaction, Charge, CheckoutSession, Dispute, Refund, StripeEvent } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import type { Delivery, DeliveryPlan } from '../webhooks/delivery-plan';
import type { DeliveryOptions, WebhookSender } from '../webhooks/webhook-sender';

const NOBODY: Buyer = { email: null, name: null, address: null };

/** Lets tests and the local page do what Stripe's API cannot. Each method is also under `/_fake/…`. */
export class FakeControls {
  private readonly state: StripeState;
  private readonly faults: Faults;
  private readonly webhooks: WebhookSender;

  constructor(state: StripeState, faults: Faults, webhooks: WebhookSender) {
    this.state = state;
    this.faults = faults;
    this.webhooks = webhooks;
  }

  /** Lets time pass: subscriptions renew, sessions expire, failed payments and deliveries are tried again. */
  advance(seconds: number): { now: number } {
    this.state.time.advance(seconds);
    return this.tick();
  }

  /** Runs everything that has fallen due. Every call of the API does so too. */
  tick(): { now: number } {
    runDue(this.state);
    this.webhooks.pump();
    return { now: this.state.time.now() };
  }

  /** The next attempts to charge or save a card end like this, whatever the card. */
  setNextOutcome(outcome: Outcome, times = 1): void {
    this.state.outcomes.set(outcome, times);
  }

  /** The bank decides about the next off-session payment later; `endProcessing` says how. */
  delayNext(): void {
    this.state.outcomes.delay();
  }

  endProcessing(paymentId: string, succeeds: boolean): void {
    this.then(() => endProcessing(this.state, this.state.store.get('payment_intent', paymentId), succeeds));
  }

  failNext(fault: Fault): void {
    this.faults.arm(fault);
  }

  /** Disarms all faults, and releases the calls that are held. */
  clearFaults(): void {
    this.faults.clear();
  }

  heldCalls(): number {
    return this.faults.heldCalls();
  }

  /** A buyer chooses a card on the page of a session. */
  pay(session: string, card: string, buyer: Partial<Buyer> = {}): CheckoutSession {
    const found = this.state.store.get('checkout.session', session);
    return this.then(() => {
      chooseCard(this.state, found, card, { ...NOBODY, ...buyer });
      return found;
    });
  }

  /** A buyer leaves the page of a session with a payment that takes days, such as a direct debit, and it is refused. */
  refuseLater(session: string): CheckoutSession {
    const found = this.state.store.get('checkout.session', session);
    this.setNextOutcome('insufficient_funds');
    return this.then(() => {
      chooseCard(this.state, found, 'pm_card_visa', NOBODY);
      this.state.events.changed(found, { payment_status: 'unpaid', status: 'complete', url: null });
      this.state.events.record('checkout.session.async_payment_failed', found);
      return found;
    });
  }

  /** The owner of a card answers their bank. */
  authenticate(id: string, succeeds = true): void {
    this.then(() => authenticate(this.state, id, succeeds));
  }

  /** @param id of a charge or of its payment */
  openDispute(id: string, options: { isInquiry?: boolean; reason?: (typeof DISPUTE_REASONS)[number] } = {}): Dispute {
    return this.then(() => openDispute(this.state, this.chargeOf(id), options));
  }

  /** An inquiry becomes a dispute. */
  escalateDispute(id: string): Dispute {
    return this.then(() => escalate(this.state, this.state.store.get('dispute', id)));
  }

  winDispute(id: string): Dispute {
    return this.then(() => decide(this.state, this.state.store.get('dispute', id), 'won'));
  }

  loseDispute(id: string): Dispute {
    return this.then(() => decide(this.state, this.state.store.get('dispute', id), 'lost'));
  }

  failRefund(id: string): Refund {
    return this.then(() => failRefund(this.state, this.state.store.get('refund', id)));
  }

  /** Stripe takes a fee that belongs to no payment. */
  chargeFee(amount: number, description = 'Billing usage fee'): BalanceTransaction {
    return moveBalance(this.state, {
      type: 'stripe_fee',
      reporting_category: 'fee',
      amount: -amount,
      currency: 'usd',
      source: null,
      description,
    });
  }

  setWebhooks(plan: Partial<DeliveryPlan>): DeliveryPlan {
    this.webhooks.plan = { ...this.webhooks.plan, ...plan };
    return this.webhooks.plan;
  }

  /** The oldest first. */
  events(type?: string): StripeEvent[] {
    return this.state.store
      .all('event')
      .reverse()
      .filter((event) => type === undefined || event.type === type);
  }

  /** Delivers events in this order, again or for the first time. */
  deliver(ids: readonly string[], options?: DeliveryOptions): Promise<Delivery[]> {
    const events = ids.map((id) => this.state.store.get('event', id));
    return this.webhooks.deliver(events, options);
  }

  deliveries(): readonly Delivery[] {
    return this.webhooks.deliveries;
  }

  /** Resolves when every delivery that is due has been tried. */
  idle(): Promise<void> {
    return this.webhooks.idle();
  }

  /** Makes objects as the API would, without a key and without faults. */
  seed(calls: readonly { path: string; params: Record<string, FormValue> }[]): object[] {
    return this.then(() => calls.map(({ path, params }) => this.create(path, params)));
  }

  private create(path: string, values: Record<string, FormValue>): object {
    const found = findRoute(ROUTES, 'POST', path);
    if (!found) throw unknownPath('POST', path);
    const call: Call = { state: this.state, params: new Params(values), id: found.id };
    return found.route.handle(call);
  }

  private chargeOf(id: string): Charge {
    const { store } = this.state;
    const chargeId = store.find('payment_intent', id)?.latest_charge ?? id;
    const charge = store.find('charge', chargeId);
    if (!charge) throw noSuch('charge', id);
    return charge;
  }

  /** Events of a control are delivered like those of a call. */
  private then<T>(run: () => T): T {
    const result = run();
    this.webhooks.pump();
    return result;
  }
}
