import { attemptCheckout } from '../checkout/attempt-checkout';
import { createSession } from '../checkout/create-session';
import { expireSession } from '../checkout/expire-session';
import { lineItemsOf } from '../billing/line-items';
import { matching, page } from '../http/list';
import { get, post, type Call, type Route } from '../http/route';
import { invalidParameter, notAllowed } from '../http/stripe-failure';
import { cardFailure } from '../payments/confirm';
import { paymentMethodFor } from '../payments/payment-methods';
import type { CheckoutSession } from '../state/kinds';

export const checkoutRoutes: readonly Route[] = [
  post('/v1/checkout/sessions', ({ state, params }) => createSession(state, params)),
  get('/v1/checkout/sessions', ({ state, params }) =>
    page(
      params,
      '/v1/checkout/sessions',
      state.store
        .all('checkout.session')
        .filter(matching<CheckoutSession>(params, ['customer', 'payment_intent', 'status', 'subscription'])),
    ),
  ),
  get('/v1/checkout/sessions/{id}', ({ state, id }) => state.store.get('checkout.session', id)),
  post('/v1/checkout/sessions/{id}', ({ state, params, id }) => {
    const session = state.store.get('checkout.session', id);
    return state.events.changed(session, { metadata: params.metadata(session.metadata ?? {}) });
  }),
  post('/v1/checkout/sessions/{id}/expire', ({ state, id }) => {
    const session = state.store.get('checkout.session', id);
    if (session.status !== 'open')
      throw notAllowed(
        `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${session.status ?? ''}.`,
      );
    expireSession(state, session);
    return session;
  }),
  get('/v1/checkout/sessions/{id}/line_items', ({ state, params, id }) =>
    page(
      params,
      `/v1/checkout/sessions/${id}/line_items`,
      lineItemsOf(state, state.store.get('checkout.session', id).id),
    ),
  ),
  // Stripe's own page uses these two, and so does its command-line tool.
  get('/v1/payment_pages/{id}', paymentPage),
  post('/v1/payment_pages/{id}/confirm', confirmPage),
];

function paymentPage({ state, id }: Call): object {
  const session = state.store.get('checkout.session', id);
  return { id: session.id, object: 'checkout.session', livemode: false, mode: session.mode, status: session.status };
}

function confirmPage({ state, params, id }: Call): object {
  const session = state.store.get('checkout.session', id);
  const method = paymentMethodFor(state, params.requiredText('payment_method'));
  const expected = params.integer('expected_amount');
  if (expected !== undefined && expected !== session.amount_total)
    throw invalidParameter('expected_amount', 'The amount of this Checkout Session has changed.');
  const { email, name, address } = method.billing_details;
  const outcome = attemptCheckout(state, session, { method, buyer: { email, name, address } });
  const intent =
    session.payment_intent === null ? undefined : state.store.get('payment_intent', session.payment_intent);
  if (outcome !== 'succeeded' && outcome !== 'authentication_required' && intent)
    throw cardFailure(intent, method, outcome);
  return session;
}
