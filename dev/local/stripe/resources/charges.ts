import { matching, page } from '../http/list';
import { get, post, type Route } from '../http/route';
import type { Charge } from '../state/kinds';

export const chargeRoutes: readonly Route[] = [
  get('/v1/charges', ({ state, params }) =>
    page(
      params,
      '/v1/charges',
      state.store.all('charge').filter(matching<Charge>(params, ['customer', 'payment_intent'])),
    ),
  ),
  get('/v1/charges/{id}', ({ state, id }) => state.store.get('charge', id)),
  post('/v1/charges/{id}', ({ state, params, id }) => {
    const charge = state.store.get('charge', id);
    const description = params.text('description') ?? charge.description;
    return state.events.changed(charge, { description, metadata: params.metadata(charge.metadata) }, 'charge.updated');
  }),
  get('/v1/charges/{id}/refunds', ({ state, params, id }) =>
    page(
      params,
      `/v1/charges/${id}/refunds`,
      state.store.all('refund').filter(({ charge }) => charge === id),
    ),
  ),
];
