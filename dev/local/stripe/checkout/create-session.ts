import { assertRedeemable } from '../billing/coupons';
import type { Params } from '../http/params';
import { invalidParameter, missingParameter, notAllowed } from '../http/stripe-failure';
import { shippingOf } from '../http/addresses';
import { customerOf } from '../resources/customers';
import { AMOUNT_MIN } from '../payments/amounts';
import { newSetupIntent } from '../payments/setup-intents';
import type { CheckoutSession, Customer } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { newSession } from './new-session';
import { sessionLines } from './session-lines';
import { noteOf, setTotals } from './totals';

const MODES = ['payment', 'setup', 'subscription'] as const;

/** Stripe's bounds on `expires_at`, after the session's creation. */
const EXPIRES_AFTER = { minSeconds: 30 * 60, maxSeconds: 24 * 3600 };

export function createSession(state: StripeState, params: Params): CheckoutSession {
  const mode = params.choice('mode', MODES);
  if (mode === undefined) throw missingParameter('mode');
  const customer = sessionCustomer(state, params);
  assertTaxable(params, customer);
  const lines = mode === 'setup' ? [] : sessionLines(state, params, mode);
  const session = newSession(
    state,
    params,
    mode,
    expiryOf(state, params),
    lines[0]?.currency ?? params.text('currency') ?? null,
  );
  const discount = discountOf(state, params);
  state.store.save(session);
  state.store.saveNote('session', session.id, {
    lines,
    savesAddress: params.group('customer_update').text('address') === 'auto',
    payment: paymentOf(params.group('payment_intent_data')),
    subscription: describedBy(params.group('subscription_data')),
    invoice: describedBy(params.group('invoice_creation').group('invoice_data')),
    ...discount,
  });
  if (mode !== 'setup') setTotals(state, session, customer?.address?.country);
  assertChargeable(session);
  if (mode === 'setup') {
    const intent = newSetupIntent(state, {
      customer: session.customer,
      description: params.group('setup_intent_data').text('description') ?? null,
      metadata: params.group('setup_intent_data').metadata(),
    });
    state.events.changed(session, { setup_intent: intent.id, amount_subtotal: null, amount_total: null });
  }
  return session;
}

/** Adds the code that a buyer enters on the page. */
export function applyPromotionCode(state: StripeState, session: CheckoutSession, text: string): void {
  const code = state.store.all('promotion_code').find((one) => one.code.toLowerCase() === text.toLowerCase());
  if (!code) throw notAllowed('This code is invalid.');
  const coupon = state.store.get('coupon', code.promotion.coupon ?? '');
  assertRedeemable(state, coupon, code);
  state.store.saveNote('session', session.id, {
    ...noteOf(state, session),
    couponId: coupon.id,
    promotionCodeId: code.id,
  });
}

function sessionCustomer(state: StripeState, params: Params): Customer | undefined {
  const id = params.text('customer');
  if (id === undefined) return undefined;
  if (params.text('customer_email') !== undefined)
    throw invalidParameter('customer_email', 'You may only specify one of these parameters: customer, customer_email.');
  return customerOf(state, id, 'customer');
}

function assertTaxable(params: Params, customer: Customer | undefined): void {
  const needsAddress = params.group('automatic_tax').flag('enabled') && customer && !customer.address;
  if (needsAddress && params.group('customer_update').text('address') !== 'auto')
    throw notAllowed(
      "Automatic tax calculation in Checkout requires a valid address on the Customer. Add a valid address to the Customer or set `customer_update[address]` to 'auto' to save the address entered in Checkout to the Customer.",
      'customer_tax_location_invalid',
    );
}

function expiryOf({ time }: StripeState, params: Params): number {
  const { minSeconds, maxSeconds } = EXPIRES_AFTER;
  const at = params.integer('expires_at') ?? time.now() + maxSeconds;
  if (at < time.now() + minSeconds || at > time.now() + maxSeconds)
    throw invalidParameter('expires_at', 'The `expires_at` timestamp must be 30 minutes to 24 hours in the future.');
  return at;
}

function discountOf(state: StripeState, params: Params): { couponId?: string; promotionCodeId?: string } {
  const discount = params.groups('discounts')[0];
  const promotionCodeId = discount?.text('promotion_code');
  const code =
    promotionCodeId === undefined ? undefined : state.store.get('promotion_code', promotionCodeId, 'discounts');
  const couponId = code ? (code.promotion.coupon ?? '') : discount?.text('coupon');
  if (couponId === undefined) return {};
  assertRedeemable(state, state.store.get('coupon', couponId, 'discounts'), code);
  return { couponId, ...(promotionCodeId !== undefined && { promotionCodeId }) };
}

function assertChargeable({ amount_total }: CheckoutSession): void {
  if (amount_total !== null && amount_total > 0 && amount_total < AMOUNT_MIN)
    throw invalidParameter(
      'line_items',
      "The Checkout Session's total amount due must add up to at least $0.50 usd",
      'amount_too_small',
    );
}

const paymentOf = (params: Params) => ({
  description: params.text('description') ?? null,
  metadata: params.metadata(),
  receiptEmail: params.text('receipt_email') ?? null,
  setupFutureUsage: params.choice('setup_future_usage', ['off_session', 'on_session'] as const) ?? null,
  shipping: shippingOf(params.group('shipping')),
});

const describedBy = (params: Params) => ({
  description: params.text('description') ?? null,
  metadata: params.metadata(),
});
