import { matching, page } from '../http/list';
import { get, post, type Call, type Route } from '../http/route';
import { missingParameter, notAllowed } from '../http/stripe-failure';
import { refund } from '../payments/refunds';
import type { Charge, Refund } from '../state/kinds';

const REASONS = ['duplicate', 'fraudulent', 'requested_by_customer'] as const;

export const refundRoutes: readonly Route[] = [
  post('/v1/refunds', (call) =>
    refund(call.state, chargeOf(call), {
      amount: call.params.integer('amount'),
      reason: call.params.choice('reason', REASONS) ?? null,
      metadata: call.params.metadata(),
    }),
  ),
  get('/v1/refunds', ({ state, params }) =>
    page(
      params,
      '/v1/refunds',
      state.store.all('refund').filter(matching<Refund>(params, ['charge', 'payment_intent'])),
    ),
  ),
  get('/v1/refunds/{id}', ({ state, id }) => state.store.get('refund', id)),
  post('/v1/refunds/{id}', ({ state, params, id }) => {
    const made = state.store.get('refund', id);
    state.events.changed(made, { metadata: params.metadata(made.metadata ?? {}) }, 'refund.updated');
    // The same event under the name of older integrations, as at Stripe.
    state.events.record('charge.refund.updated', made);
    return made;
  }),
];

function chargeOf({ state, params }: Call): Charge {
  const id = params.text('charge');
  if (id !== undefined) return state.store.get('charge', id, 'charge');
  const intentId = params.text('payment_intent');
  if (intentId === undefined) throw missingParameter('payment_intent');
  const intent = state.store.get('payment_intent', intentId, 'payment_intent');
  if (intent.latest_charge === null)
    throw notAllowed('This PaymentIntent does not have a successful charge to refund.', undefined, 'payment_intent');
  return state.store.get('charge', intent.latest_charge);
}
