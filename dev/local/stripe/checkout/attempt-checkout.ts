import { subscribe } from '../billing/subscribe';
import { notAllowed } from '../http/stripe-failure';
import { newCustomer } from '../payments/new-customer';
import { confirmIntent } from '../payments/confirm';
import type { Outcome } from '../payments/outcome';
import { newPaymentIntent } from '../payments/payment-intents';
import { attach } from '../payments/payment-methods';
import { confirmSetup } from '../payments/setup-intents';
import { testCardByLast4 } from '../payments/test-cards';
import type { CheckoutSession, Customer, PaymentIntent, PaymentMethod } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { completeSession, invoicePayment, redeemDiscount } from './complete-session';
import type { Buyer } from './session-note';
import { noteOf, setTotals } from './totals';

export interface CheckoutAttempt {
  readonly method: PaymentMethod;
  readonly buyer: Buyer;
  readonly isAuthenticated?: boolean;
}

/** @throws StripeFailure if the session is complete or expired */
export function attemptCheckout(state: StripeState, session: CheckoutSession, attempt: CheckoutAttempt): Outcome {
  if (session.status !== 'open') throw notAllowed(`This Checkout Session is ${session.status ?? 'closed'}.`);
  const { mode } = session;
  if (mode === 'setup') return setUp(state, session, attempt);
  setTotals(state, session, countryOf(state, session, attempt.buyer));
  return mode === 'subscription' ? startSubscription(state, session, attempt) : pay(state, session, attempt);
}

/** The tax follows the saved address of a customer, unless the session replaces that by what the buyer enters. */
export function countryOf(state: StripeState, session: CheckoutSession, buyer: Buyer): string | null {
  const customer = session.customer === null ? undefined : state.store.find('customer', session.customer);
  const isSaved = customer?.address && !noteOf(state, session).savesAddress;
  return (isSaved ? customer.address?.country : buyer.address?.country) ?? null;
}

function setUp(
  state: StripeState,
  session: CheckoutSession,
  { method, buyer, isAuthenticated }: CheckoutAttempt,
): Outcome {
  const intent = state.store.get('setup_intent', session.setup_intent ?? '');
  const outcome = confirmSetup(state, intent, { method, isAuthenticated });
  if (outcome === 'succeeded') completeSession(state, session, buyer, {});
  return outcome;
}

function pay(state: StripeState, session: CheckoutSession, attempt: CheckoutAttempt): Outcome {
  const { buyer } = attempt;
  if (session.amount_total === 0) {
    redeemDiscount(state, session, session.customer);
    completeSession(state, session, buyer, {});
    return 'succeeded';
  }
  const needsCustomer = session.invoice_creation?.enabled === true || session.customer_creation === 'always';
  const customer = session.customer !== null || needsCustomer ? customerOf(state, session, buyer) : undefined;
  const intent = intentOf(state, session, customer);
  const outcome = confirmIntent(state, intent, { ...attempt, offSession: false });
  if (outcome !== 'succeeded') return outcome;
  const discount = redeemDiscount(state, session, customer?.id ?? null);
  const invoice =
    customer && session.invoice_creation?.enabled ? invoicePayment(state, session, customer, intent, discount) : null;
  completeSession(state, session, buyer, { invoice });
  return outcome;
}

function startSubscription(state: StripeState, session: CheckoutSession, attempt: CheckoutAttempt): Outcome {
  const { method, buyer, isAuthenticated = false } = attempt;
  // A declined attempt leaves nothing behind, so the outcome is looked at before anything is made.
  const expected = state.outcomes.next() ?? testCardByLast4(method.card?.last4).onSession;
  if (expected !== 'succeeded' && !(isAuthenticated && expected === 'authentication_required'))
    return state.outcomes.take() ?? expected;
  const customer = customerOf(state, session, buyer);
  attach(state, method, customer.id);
  const note = noteOf(state, session);
  const { subscription, outcome } = subscribe(
    state,
    {
      customer: customer.id,
      items: note.lines.map(({ price, quantity }) => ({ price, quantity: quantity ?? 1 })),
      automaticTax: session.automatic_tax.enabled,
      defaultPaymentMethod: method.id,
      description: note.subscription.description,
      metadata: note.subscription.metadata,
    },
    { method, offSession: false, isAuthenticated },
    note.couponId === undefined
      ? undefined
      : (id) => {
          const discount = redeemDiscount(state, session, customer.id, id);
          if (!discount) throw new Error('A session with a coupon has no discount.');
          return discount;
        },
  );
  if (outcome === 'succeeded')
    completeSession(state, session, buyer, {
      customer: customer.id,
      invoice: subscription.latest_invoice,
      subscription: subscription.id,
    });
  return outcome;
}

/** The session's customer, or a new one with what the buyer entered. */
function customerOf(state: StripeState, session: CheckoutSession, buyer: Buyer): Customer {
  if (session.customer === null) {
    const customer = newCustomer(state, { email: buyer.email, name: buyer.name, address: buyer.address });
    state.events.changed(session, { customer: customer.id });
    return customer;
  }
  const customer = state.store.get('customer', session.customer);
  if (noteOf(state, session).savesAddress && buyer.address)
    state.events.changed(customer, { address: buyer.address }, 'customer.updated');
  return customer;
}

/** One payment serves all attempts of a session. */
function intentOf(state: StripeState, session: CheckoutSession, customer?: Customer): PaymentIntent {
  const amount = session.amount_total ?? 0;
  if (session.payment_intent !== null) {
    const intent = state.store.get('payment_intent', session.payment_intent);
    state.events.changed(intent, { amount, customer: customer?.id ?? null });
    return intent;
  }
  const { payment } = noteOf(state, session);
  const intent = newPaymentIntent(state, {
    amount,
    currency: session.currency ?? 'usd',
    customer: customer?.id ?? null,
    description: payment.description,
    metadata: payment.metadata,
    receipt_email: payment.receiptEmail,
    setup_future_usage: payment.setupFutureUsage,
    shipping: payment.shipping,
  });
  state.events.changed(session, { payment_intent: intent.id });
  return intent;
}
