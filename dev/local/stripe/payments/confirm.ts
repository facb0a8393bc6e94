import { notAllowed, StripeFailure } from '../http/stripe-failure';
import type { PaymentIntent, PaymentMethod } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { charge } from './charges';
import { openDispute } from './disputes';
import { type Decline, DECLINES, type Outcome } from './outcome';
import { assertUsable, attach } from './payment-methods';
import { testCardByLast4 } from './test-cards';

export interface Confirmation {
  readonly method: PaymentMethod;
  readonly offSession: boolean;
  /** The owner of the card has authenticated already. */
  readonly isAuthenticated?: boolean;
  /** Where the page that authenticates sends its visitor afterwards. */
  readonly returnUrl?: string;
}

const CONFIRMABLE = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

/**
 * Tries to take the money of a payment.
 *
 * @returns how it ended; `authentication_required` on-session leaves the payment in `requires_action`
 * @throws StripeFailure if the payment cannot be confirmed, or not with this payment method
 */
export function confirmIntent(state: StripeState, intent: PaymentIntent, confirmation: Confirmation): Outcome {
  const { method, offSession, isAuthenticated = false } = confirmation;
  assertConfirmable(intent);
  assertUsable(state, method, intent.customer);
  const outcome = outcomeFor(state, confirmation);
  if (outcome === 'succeeded') succeed(state, intent, method);
  else if (outcome === 'authentication_required' && !offSession && !isAuthenticated)
    requireAction(state, intent, confirmation);
  else fail(state, intent, method, outcome);
  return outcome;
}

/** @throws StripeFailure as Stripe reports a payment that was already made or canceled */
export function assertConfirmable(intent: PaymentIntent): void {
  if (CONFIRMABLE.includes(intent.status)) return;
  const reason = intent.status === 'succeeded' ? ' because it has already succeeded' : '';
  throw notAllowed(
    `This PaymentIntent's payment_method could not be confirmed${reason}: it has a status of ${intent.status}.`,
    'payment_intent_unexpected_state',
  );
}

function outcomeFor({ outcomes }: StripeState, { method, offSession, isAuthenticated = false }: Confirmation): Outcome {
  const card = testCardByLast4(method.card?.last4);
  const outcome = outcomes.take() ?? (offSession ? card.offSession : card.onSession);
  return isAuthenticated && outcome === 'authentication_required' ? 'succeeded' : outcome;
}

/** Takes the money of a payment. */
export function succeed(state: StripeState, intent: PaymentIntent, method: PaymentMethod): void {
  const paid = charge(state, intent, method);
  if (intent.setup_future_usage !== null && intent.customer !== null) attach(state, method, intent.customer);
  state.events.changed(intent, {
    amount_received: intent.amount,
    last_payment_error: null,
    latest_charge: paid.id,
    next_action: null,
    payment_method: method.id,
    status: 'succeeded',
  });
  state.events.record('payment_intent.succeeded', intent);
  const { dispute } = testCardByLast4(method.card?.last4);
  if (dispute !== undefined) openDispute(state, paid, { isInquiry: dispute === 'inquiry' });
}

function requireAction(state: StripeState, intent: PaymentIntent, { method, returnUrl }: Confirmation): void {
  const page = `${state.url()}/authenticate/${intent.id}`;
  state.events.changed(intent, {
    next_action:
      returnUrl === undefined
        ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: page } }
        : { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url: page } },
    payment_method: method.id,
    status: 'requires_action',
  });
  state.events.record('payment_intent.requires_action', intent);
}

/** Leaves the payment open for another payment method. */
export function fail(state: StripeState, intent: PaymentIntent, method: PaymentMethod, decline: Decline): void {
  const failed = charge(state, intent, method, decline);
  state.events.changed(intent, {
    last_payment_error: {
      type: 'card_error',
      ...DECLINES[decline],
      charge: failed.id,
      payment_method: structuredClone(method),
    },
    latest_charge: failed.id,
    next_action: null,
    payment_method: null,
    status: 'requires_payment_method',
  });
  state.events.record('payment_intent.payment_failed', intent);
}

/** The API's response to a confirmation that failed. */
export function cardFailure(intent: PaymentIntent, method: PaymentMethod, decline: Decline): StripeFailure {
  return new StripeFailure(
    402,
    {
      type: 'card_error',
      ...DECLINES[decline],
      charge: intent.latest_charge ?? undefined,
      payment_intent: structuredClone(intent),
      payment_method: structuredClone(method),
    },
    true,
  );
}
