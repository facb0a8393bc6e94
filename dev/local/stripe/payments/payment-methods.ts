import { notAllowed, noSuch } from '../http/stripe-failure';
import { newId } from '../state/ids';
import type { PaymentMethod } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { findTestCard, type TestCard } from './test-cards';

export const NO_BILLING_DETAILS: PaymentMethod['billing_details'] = {
  address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null },
  email: null,
  name: null,
  phone: null,
  tax_id: null,
};

export function newPaymentMethod(
  { store, time }: StripeState,
  card: TestCard,
  billingDetails: PaymentMethod['billing_details'] = NO_BILLING_DETAILS,
): PaymentMethod {
  return store.save({
    id: newId('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: billingDetails,
    card: {
      brand: card.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
      country: 'US',
      display_brand: card.brand,
      exp_month: 12,
      exp_year: new Date(time.now() * 1000).getUTCFullYear() + 3,
      // The same for each payment method of one card, as at Stripe.
      fingerprint: `fake${card.last4.padStart(12, '0')}`,
      funding: 'credit',
      generated_from: null,
      last4: card.last4,
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: time.now(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  });
}

/**
 * A payment method by its ID, or a new one for the name of a test card.
 *
 * @throws StripeFailure 404, naming `param`
 */
export function paymentMethodFor(state: StripeState, id: string, param = 'payment_method'): PaymentMethod {
  const card = findTestCard(id);
  if (card) return newPaymentMethod(state, card);
  const method = state.store.find('payment_method', id);
  if (!method) throw noSuch('PaymentMethod', id, param);
  return method;
}

/** @throws StripeFailure if another customer has it */
export function attach({ events }: StripeState, method: PaymentMethod, customer: string): void {
  if (method.customer === customer) return;
  if (method.customer !== null)
    throw notAllowed(
      'The payment method you provided has already been attached to a customer.',
      'payment_method_unexpected_state',
    );
  events.changed(method, { customer });
  events.record('payment_method.attached', method);
}

/** A detached payment method cannot be used or attached again. */
export function detach({ store, events }: StripeState, method: PaymentMethod): void {
  const { customer } = method;
  if (customer === null)
    throw notAllowed('The payment method you provided is not attached to a customer so detachment is impossible.');
  events.changed(method, { customer: null });
  store.saveNote('payment method', method.id, { isDetached: true });
  const owner = store.find('customer', customer);
  if (owner?.invoice_settings.default_payment_method === method.id)
    events.changed(owner, { invoice_settings: { ...owner.invoice_settings, default_payment_method: null } });
  for (const subscription of store.all('subscription'))
    if (subscription.default_payment_method === method.id)
      events.changed(subscription, { default_payment_method: null });
  events.record('payment_method.detached', method, { customer });
}

/** @throws StripeFailure if the payment method was detached, or belongs to another customer */
export function assertUsable({ store }: StripeState, method: PaymentMethod, customer: string | null): void {
  if (store.note('payment method', method.id)?.isDetached)
    throw notAllowed(
      'The provided PaymentMethod was previously used or detached from a Customer, and may not be used again.',
      'payment_method_unexpected_state',
      'payment_method',
    );
  if (method.customer !== null && method.customer !== customer)
    throw notAllowed(
      'The provided PaymentMethod is attached to another Customer. Include that Customer in the request.',
      'payment_method_unexpected_state',
      'payment_method',
    );
}
