import { addressOf } from '../http/addresses';
import { matching, page } from '../http/list';
import type { Params } from '../http/params';
import { get, post, type Call, type Route } from '../http/route';
import { invalidParameter } from '../http/stripe-failure';
import { attach, detach, newPaymentMethod, paymentMethodFor } from '../payments/payment-methods';
import { findTestCard } from '../payments/test-cards';
import type { PaymentMethod } from '../state/kinds';
import { customerOf } from './customers';

export const paymentMethodRoutes: readonly Route[] = [
  post('/v1/payment_methods', create),
  get('/v1/payment_methods', list),
  get('/v1/payment_methods/{id}', ({ state, id }) => paymentMethodFor(state, id, 'payment_method')),
  post('/v1/payment_methods/{id}', ({ state, params, id }) => {
    const method = paymentMethodFor(state, id);
    return state.events.changed(
      method,
      {
        metadata: params.metadata(method.metadata ?? {}),
        ...(params.has('billing_details') && { billing_details: billingDetailsOf(params.group('billing_details')) }),
      },
      'payment_method.updated',
    );
  }),
  post('/v1/payment_methods/{id}/attach', ({ state, params, id }) => {
    const customer = customerOf(state, params.requiredText('customer'), 'customer');
    const method = paymentMethodFor(state, id);
    attach(state, method, customer.id);
    return method;
  }),
  post('/v1/payment_methods/{id}/detach', ({ state, id }) => {
    const method = state.store.get('payment_method', id, 'payment_method');
    detach(state, method);
    return method;
  }),
];

/** Test cards only: `card[token]=tok_visa`. */
function create({ state, params }: Call): PaymentMethod {
  params.choice('type', ['card'] as const);
  const card = params.group('card');
  for (const name of ['number', 'cvc'])
    if (card.has(name))
      throw invalidParameter(
        card.name(name),
        'Card numbers are never accepted here: use a test card such as tok_visa.',
      );
  const token = card.requiredText('token');
  const found = findTestCard(token);
  if (!found)
    throw invalidParameter(card.name('token'), 'No such token: use a test card such as tok_visa.', 'resource_missing');
  return newPaymentMethod(state, found, billingDetailsOf(params.group('billing_details')));
}

function list({ state, params }: Call): object {
  const all = state.store.all('payment_method').filter(({ customer }) => customer !== null);
  return page(params, '/v1/payment_methods', all.filter(matching<PaymentMethod>(params, ['customer', 'type'])));
}

const billingDetailsOf = (params: Params): PaymentMethod['billing_details'] => ({
  address: addressOf(params.group('address')),
  email: params.text('email') ?? null,
  name: params.text('name') ?? null,
  phone: params.text('phone') ?? null,
  tax_id: null,
});
