import { notAllowed, StripeFailure } from '../http/stripe-failure';
import { newId, newSecret } from '../state/ids';
import type { PaymentMethod, SetupIntent } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { type Decline, DECLINES, type Outcome } from './outcome';
import { assertUsable, attach } from './payment-methods';
import { testCardByLast4 } from './test-cards';

type Details = Partial<Pick<SetupIntent, 'customer' | 'description' | 'metadata' | 'payment_method' | 'usage'>>;

export function newSetupIntent({ time, events }: StripeState, details: Details): SetupIntent {
  const id = newId('seti');
  return events.created({
    id,
    object: 'setup_intent',
    allowed_payment_method_types: ['card'],
    application: null,
    automatic_payment_methods: null,
    cancellation_reason: null,
    client_secret: newSecret(id),
    created: time.now(),
    customer: null,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    mandate: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: { card: { mandate_options: null, network: null, request_three_d_secure: 'automatic' } },
    payment_method_types: ['card'],
    single_use_mandate: null,
    status: details.payment_method ? 'requires_confirmation' : 'requires_payment_method',
    usage: 'off_session',
    ...details,
  });
}

interface Confirmation {
  readonly method: PaymentMethod;
  readonly isAuthenticated?: boolean;
  readonly returnUrl?: string;
}

/** Tries to save a card for later. */
export function confirmSetup(state: StripeState, intent: SetupIntent, confirmation: Confirmation): Outcome {
  const { method, isAuthenticated = false, returnUrl } = confirmation;
  if (intent.status === 'succeeded' || intent.status === 'canceled')
    throw notAllowed(`This SetupIntent has a status of ${intent.status}.`, 'setup_intent_unexpected_state');
  assertUsable(state, method, intent.customer);
  const chosen = state.outcomes.take() ?? testCardByLast4(method.card?.last4).setup;
  const outcome = isAuthenticated && chosen === 'authentication_required' ? 'succeeded' : chosen;
  if (outcome === 'succeeded') {
    if (intent.customer !== null) attach(state, method, intent.customer);
    state.events.changed(intent, {
      last_setup_error: null,
      next_action: null,
      payment_method: method.id,
      status: 'succeeded',
    });
    state.events.record('setup_intent.succeeded', intent);
  } else if (outcome === 'authentication_required') requireAction(state, intent, method, returnUrl);
  else failSetup(state, intent, outcome);
  return outcome;
}

function requireAction(state: StripeState, intent: SetupIntent, method: PaymentMethod, returnUrl?: string): void {
  const page = `${state.url()}/authenticate/${intent.id}`;
  state.events.changed(intent, {
    next_action: { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl ?? null, url: page } },
    payment_method: method.id,
    status: 'requires_action',
  });
  state.events.record('setup_intent.requires_action', intent);
}

export function failSetup(state: StripeState, intent: SetupIntent, decline: Decline): void {
  state.events.changed(intent, {
    last_setup_error: { type: 'card_error', ...DECLINES[decline] },
    next_action: null,
    payment_method: null,
    status: 'requires_payment_method',
  });
  state.events.record('setup_intent.setup_failed', intent);
}

export const setupFailure = (intent: SetupIntent, decline: Decline): StripeFailure =>
  new StripeFailure(402, { type: 'card_error', ...DECLINES[decline], setup_intent: structuredClone(intent) }, true);
