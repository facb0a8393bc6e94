import { matching, page } from '../http/list';
import type { Params } from '../http/params';
import { get, post, type Call, type Route } from '../http/route';
import { missingParameter, notAllowed } from '../http/stripe-failure';
import { paymentMethodFor } from '../payments/payment-methods';
import { confirmSetup, newSetupIntent, setupFailure } from '../payments/setup-intents';
import type { SetupIntent } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { customerOf } from './customers';

export const setupIntentRoutes: readonly Route[] = [
  post('/v1/setup_intents', create),
  get('/v1/setup_intents', ({ state, params }) =>
    page(
      params,
      '/v1/setup_intents',
      state.store.all('setup_intent').filter(matching<SetupIntent>(params, ['customer', 'payment_method'])),
    ),
  ),
  get('/v1/setup_intents/{id}', ({ state, id }) => state.store.get('setup_intent', id, 'intent')),
  post('/v1/setup_intents/{id}/confirm', ({ state, params, id }) =>
    confirm(state, params, state.store.get('setup_intent', id, 'intent')),
  ),
  post('/v1/setup_intents/{id}/cancel', ({ state, id }) => {
    const intent = state.store.get('setup_intent', id, 'intent');
    if (intent.status === 'succeeded' || intent.status === 'canceled')
      throw notAllowed(
        `You cannot cancel this SetupIntent because it has a status of ${intent.status}.`,
        'setup_intent_unexpected_state',
      );
    return state.events.changed(intent, { status: 'canceled', next_action: null }, 'setup_intent.canceled');
  }),
];

function create({ state, params }: Call): SetupIntent {
  const customer = params.has('customer') ? customerOf(state, params.requiredText('customer'), 'customer').id : null;
  const id = params.text('payment_method');
  const method = id === undefined ? undefined : paymentMethodFor(state, id);
  const intent = newSetupIntent(state, {
    customer,
    description: params.text('description') ?? null,
    metadata: params.metadata(),
    payment_method: method?.id ?? null,
    usage: params.choice('usage', ['off_session', 'on_session'] as const) ?? 'off_session',
  });
  return params.flag('confirm') ? confirm(state, params, intent) : intent;
}

function confirm(state: StripeState, params: Params, intent: SetupIntent): SetupIntent {
  const id = intent.payment_method ?? params.text('payment_method');
  if (id === undefined) throw missingParameter('payment_method');
  const method = paymentMethodFor(state, id);
  const outcome = confirmSetup(state, intent, { method, returnUrl: params.text('return_url') });
  if (outcome !== 'succeeded' && outcome !== 'authentication_required') throw setupFailure(intent, outcome);
  return intent;
}
