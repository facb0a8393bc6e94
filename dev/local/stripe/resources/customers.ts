import { addressOf, shippingOf } from '../http/addresses';
import { matching, page } from '../http/list';
import type { Params } from '../http/params';
import { del, get, post, type Call, type Route } from '../http/route';
import { noSuch } from '../http/stripe-failure';
import { reduceCustomer } from './reduce-customer';
import { endSubscription } from '../billing/subscription-status';
import { newCustomer } from '../payments/new-customer';
import { attach, paymentMethodFor } from '../payments/payment-methods';
import type { Customer } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';

export const customerRoutes: readonly Route[] = [
  post('/v1/customers', create),
  get('/v1/customers', list),
  get('/v1/customers/{id}', ({ state, id }) => deletedOf(state, id) ?? state.store.get('customer', id)),
  post('/v1/customers/{id}', update),
  del('/v1/customers/{id}', remove),
  get('/v1/customers/{id}/payment_methods', ({ state, params, id }) =>
    page(
      params,
      `/v1/customers/${id}/payment_methods`,
      state.store.all('payment_method').filter(({ customer }) => customer === customerOf(state, id).id),
    ),
  ),
];

/**
 * A customer that was not deleted.
 *
 * @throws StripeFailure 404
 */
export function customerOf(state: StripeState, id: string, param = 'id'): Customer {
  if (deletedOf(state, id)) throw noSuch('customer', id, param);
  return state.store.get('customer', id, param);
}

function create({ state, params }: Call): Customer {
  const customer = newCustomer(state, fieldsOf(params, {}));
  const method = params.text('payment_method');
  const setDefault = params.group('invoice_settings').text('default_payment_method');
  if (method !== undefined || setDefault !== undefined) setMethod(state, customer, method, setDefault);
  return customer;
}

/** A test card's name stands for one new payment method, wherever it occurs in the request. */
function setMethod(state: StripeState, customer: Customer, given?: string, asDefault?: string): void {
  const method = paymentMethodFor(state, given ?? asDefault ?? '');
  attach(state, method, customer.id);
  if (asDefault !== undefined)
    state.events.changed(customer, {
      invoice_settings: { ...customer.invoice_settings, default_payment_method: method.id },
    });
}

function update({ state, params, id }: Call): Customer {
  const customer = customerOf(state, id);
  const asDefault = params.group('invoice_settings').text('default_payment_method');
  if (asDefault !== undefined) {
    const method = paymentMethodFor(state, asDefault);
    if (method.customer !== customer.id)
      throw noSuch('PaymentMethod', asDefault, 'invoice_settings[default_payment_method]');
  }
  return state.events.changed(customer, fieldsOf(params, customer), 'customer.updated');
}

function fieldsOf(params: Params, current: Partial<Customer>): Partial<Customer> {
  const fields: Partial<Customer> = { metadata: params.metadata(current.metadata) };
  for (const name of ['description', 'email', 'name', 'phone'] as const)
    if (params.has(name)) fields[name] = params.text(name) ?? null;
  if (params.has('address')) fields.address = addressOf(params.group('address'));
  if (params.has('shipping')) fields.shipping = shippingOf(params.group('shipping'));
  if (params.has('balance')) fields.balance = params.integer('balance') ?? 0;
  const asDefault = params.group('invoice_settings').text('default_payment_method');
  if (asDefault !== undefined && current.invoice_settings)
    fields.invoice_settings = { ...current.invoice_settings, default_payment_method: asDefault };
  return fields;
}

function list({ state, params }: Call): object {
  const customers = state.store.all('customer').filter(({ id }) => !deletedOf(state, id));
  return page(params, '/v1/customers', customers.filter(matching<Customer>(params, ['email'])));
}

/**
 * Ends the customer's subscriptions. The fake keeps the object, because payments still name it, but nothing in it that
 * tells who the customer was.
 */
function remove({ state, id }: Call): object {
  const customer = customerOf(state, id);
  for (const subscription of state.store.all('subscription'))
    if (subscription.customer === id && subscription.status !== 'canceled')
      endSubscription(state, subscription, 'cancellation_requested');
  // While the objects still name the customer.
  reduceCustomer(state.store, id);
  for (const method of state.store.all('payment_method'))
    if (method.customer === id) {
      state.events.changed(method, { customer: null });
      state.store.saveNote('payment method', method.id, { isDetached: true });
    }
  state.store.saveNote('customer', id, { isDeleted: true });
  state.events.record('customer.deleted', customer);
  return { id, object: 'customer', deleted: true };
}

const deletedOf = ({ store }: StripeState, id: string): object | undefined =>
  store.note('customer', id)?.isDeleted ? { id, object: 'customer', deleted: true } : undefined;
