import { afterAttempt } from '../billing/collect';
import { shippingOf } from '../http/addresses';
import { matching, page } from '../http/list';
import type { Params } from '../http/params';
import { get, post, type Call, type Route } from '../http/route';
import { invalidParameter, missingParameter, notAllowed, unknownParameter } from '../http/stripe-failure';
import { chargeAmount, currencyOf } from '../payments/amounts';
import { assertConfirmable, cardFailure, confirmIntent } from '../payments/confirm';
import { startProcessing } from '../payments/delayed';
import { newPaymentIntent } from '../payments/payment-intents';
import { assertUsable, paymentMethodFor } from '../payments/payment-methods';
import type { PaymentIntent, PaymentMethod } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { customerOf } from './customers';

const CANCEL_REASONS = ['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer'] as const;

export const paymentIntentRoutes: readonly Route[] = [
  post('/v1/payment_intents', create),
  get('/v1/payment_intents', ({ state, params }) =>
    page(
      params,
      '/v1/payment_intents',
      state.store.all('payment_intent').filter(matching<PaymentIntent>(params, ['customer'])),
    ),
  ),
  get('/v1/payment_intents/{id}', ({ state, id }) => state.store.get('payment_intent', id, 'intent')),
  post('/v1/payment_intents/{id}', update),
  post('/v1/payment_intents/{id}/confirm', ({ state, params, id }) =>
    confirm(state, params, state.store.get('payment_intent', id, 'intent')),
  ),
  post('/v1/payment_intents/{id}/cancel', cancel),
];

function create({ state, params }: Call): PaymentIntent {
  const confirms = params.flag('confirm') ?? false;
  if (!confirms && params.has('off_session'))
    throw invalidParameter('off_session', 'off_session can only be set if confirm is true.');
  const amount = params.integer('amount');
  if (amount === undefined) throw missingParameter('amount');
  chargeAmount(amount);
  const currency = currencyOf(params);
  const customer = params.has('customer') ? customerOf(state, params.requiredText('customer'), 'customer').id : null;
  const method = methodOf(state, params);
  if (confirms) assertConfirmableWith(state, params, method, customer);
  const intent = newPaymentIntent(state, {
    amount,
    currency,
    customer,
    payment_method: method?.id ?? null,
    setup_future_usage: params.choice('setup_future_usage', ['off_session', 'on_session'] as const) ?? null,
    shipping: shippingOf(params.group('shipping')),
    ...describedBy(params),
  });
  return confirms ? attempt(state, params, intent, method) : intent;
}

/** Looks at everything that can be wrong before the payment exists. */
function assertConfirmableWith(
  state: StripeState,
  params: Params,
  method: PaymentMethod | undefined,
  customer: string | null,
): void {
  if (!method)
    throw notAllowed(
      'You cannot confirm this PaymentIntent because it is missing a payment method.',
      'payment_intent_unexpected_state',
      'payment_method',
    );
  assertUsable(state, method, customer);
  const isOffSession = params.flag('off_session') ?? false;
  if (isOffSession && customer !== null && method.customer === null)
    throw notAllowed(
      'The provided PaymentMethod cannot be used off-session, because it is not attached to the Customer.',
      'payment_method_unexpected_state',
      'payment_method',
    );
}

function confirm(state: StripeState, params: Params, intent: PaymentIntent): PaymentIntent {
  assertConfirmable(intent);
  const method =
    methodOf(state, params) ??
    (intent.payment_method === null ? undefined : state.store.get('payment_method', intent.payment_method));
  assertConfirmableWith(state, params, method, intent.customer);
  return attempt(state, params, intent, method);
}

function attempt(state: StripeState, params: Params, intent: PaymentIntent, method?: PaymentMethod): PaymentIntent {
  if (!method) return intent;
  const offSession = params.flag('off_session') ?? false;
  if (offSession && state.outcomes.takeDelay()) return startProcessing(state, intent, method);
  const outcome = confirmIntent(state, intent, {
    method,
    offSession,
    returnUrl: params.text('return_url'),
  });
  afterAttempt(state, intent, outcome);
  if (outcome !== 'succeeded' && intent.status !== 'requires_action') throw cardFailure(intent, method, outcome);
  return intent;
}

function update({ state, params, id }: Call): PaymentIntent {
  const intent = state.store.get('payment_intent', id, 'intent');
  const amount = params.integer('amount');
  if (amount !== undefined) {
    assertConfirmable(intent);
    chargeAmount(amount);
  }
  const method = methodOf(state, params);
  return state.events.changed(intent, {
    ...describedBy(params, intent),
    ...(amount !== undefined && { amount }),
    ...(method && { payment_method: method.id, status: 'requires_confirmation' }),
  });
}

function cancel({ state, params, id }: Call): PaymentIntent {
  const intent = state.store.get('payment_intent', id, 'intent');
  assertConfirmable(intent);
  state.events.changed(intent, {
    canceled_at: state.time.now(),
    cancellation_reason: params.choice('cancellation_reason', CANCEL_REASONS) ?? null,
    next_action: null,
    status: 'canceled',
  });
  state.events.record('payment_intent.canceled', intent);
  return intent;
}

function methodOf(state: StripeState, params: Params): PaymentMethod | undefined {
  if (params.has('payment_method_data'))
    throw unknownParameter('payment_method_data: use a test card such as pm_card_visa as payment_method');
  const id = params.text('payment_method');
  return id === undefined ? undefined : paymentMethodFor(state, id);
}

const describedBy = (params: Params, current?: PaymentIntent) => ({
  description: params.text('description') ?? current?.description ?? null,
  metadata: params.metadata(current?.metadata),
  receipt_email: params.text('receipt_email') ?? current?.receipt_email ?? null,
  statement_descriptor_suffix:
    params.text('statement_descriptor_suffix') ?? current?.statement_descriptor_suffix ?? null,
});
