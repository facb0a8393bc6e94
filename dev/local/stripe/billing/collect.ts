import { notAllowed } from '../http/stripe-failure';
import { confirmIntent } from '../payments/confirm';
import type { Outcome } from '../payments/outcome';
import { paymentMethodFor } from '../payments/payment-methods';
import type { Invoice, PaymentIntent, PaymentMethod } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { finalizeInvoice, intentOf } from './finalize-invoice';
import { markPaid } from './mark-paid';
import { endSubscription, subscriptionOf, UPDATED } from './subscription-status';

/** When a failed payment is tried again, after each attempt. After the last one the subscription ends. */
const RETRY_AFTER_DAYS = [3, 5, 7];

export interface Collection {
  /** The default of the subscription or the customer, if it is absent. */
  readonly method?: PaymentMethod;
  readonly offSession: boolean;
  readonly isAuthenticated?: boolean;
}

/**
 * Takes the money of an invoice, which it finalizes first if necessary.
 *
 * @returns how it ended; an invoice without a payment method counts as declined
 */
export function collect(state: StripeState, invoice: Invoice, collection: Collection): Outcome {
  if (invoice.status === 'draft') finalizeInvoice(state, invoice);
  if (invoice.status === 'paid') return 'succeeded';
  const intent = intentOf(state, invoice);
  if (!intent || invoice.status !== 'open')
    throw notAllowed('Invoice is not open, so it cannot be paid.', 'invoice_not_editable');
  const method = collection.method ?? defaultMethod(state, invoice);
  if (!method) {
    recordFailure(state, invoice);
    return 'card_declined';
  }
  const outcome = confirmIntent(state, intent, { ...collection, method });
  afterAttempt(state, intent, outcome);
  return outcome;
}

/** Carries the result of a payment over to its invoice, if it has one. */
export function afterAttempt(state: StripeState, intent: PaymentIntent, outcome: Outcome): void {
  const payment = state.store.all('invoice_payment').find((one) => one.payment.payment_intent === intent.id);
  const invoice = payment && state.store.find('invoice', payment.invoice);
  if (invoice?.status !== 'open') return;
  if (outcome === 'succeeded') markPaid(state, invoice);
  else if (intent.status === 'requires_action') state.events.record('invoice.payment_action_required', invoice);
  else recordFailure(state, invoice);
}

/** @throws StripeFailure if a default payment method does not exist */
function defaultMethod(state: StripeState, invoice: Invoice): PaymentMethod | undefined {
  const id =
    invoice.default_payment_method ??
    subscriptionOf(state, invoice)?.default_payment_method ??
    state.store.find('customer', invoice.customer ?? '')?.invoice_settings.default_payment_method;
  if (id === null || id === undefined) return undefined;
  return paymentMethodFor(state, id);
}

function recordFailure(state: StripeState, invoice: Invoice): void {
  const subscription = subscriptionOf(state, invoice);
  const retryAfterDays = RETRY_AFTER_DAYS[invoice.attempt_count];
  const isRetried = subscription !== undefined && subscription.status !== 'incomplete' && retryAfterDays !== undefined;
  state.events.changed(invoice, {
    attempt_count: invoice.attempt_count + 1,
    attempted: true,
    next_payment_attempt: isRetried ? state.time.now() + retryAfterDays * 86_400 : null,
  });
  state.events.record('invoice.payment_failed', invoice);
  if (subscription?.status === 'active') state.events.changed(subscription, { status: 'past_due' }, UPDATED);
  if (subscription?.status === 'past_due' && !isRetried) endSubscription(state, subscription, 'payment_failed');
}
