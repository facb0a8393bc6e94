import { changeItem, PRORATIONS } from '../billing/change-subscription';
import { redeem } from '../billing/coupons';
import { subscribe } from '../billing/subscribe';
import { endSubscription, UPDATED } from '../billing/subscription-status';
import { matching, page } from '../http/list';
import type { Params } from '../http/params';
import { del, get, post, type Call, type Route } from '../http/route';
import { invalidParameter, missingParameter, noSuch, notAllowed } from '../http/stripe-failure';
import { paymentMethodFor } from '../payments/payment-methods';
import type { Discount, Price, Subscription } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { customerOf } from './customers';

export const subscriptionRoutes: readonly Route[] = [
  post('/v1/subscriptions', create),
  get('/v1/subscriptions', list),
  get('/v1/subscriptions/{id}', ({ state, id }) => state.store.get('subscription', id)),
  post('/v1/subscriptions/{id}', update),
  del('/v1/subscriptions/{id}', ({ state, id }) => {
    const subscription = activeOf(state, id);
    endSubscription(state, subscription, 'cancellation_requested');
    return subscription;
  }),
  get('/v1/subscription_items', ({ state, params }) =>
    page(
      params,
      '/v1/subscription_items',
      state.store.get('subscription', params.requiredText('subscription')).items.data,
    ),
  ),
];

function create({ state, params }: Call): Subscription {
  const customer = customerOf(state, params.requiredText('customer'), 'customer');
  const items = params.groups('items').map((item) => ({
    price: recurringPrice(state, item),
    quantity: item.integer('quantity') ?? 1,
  }));
  if (items.length === 0) throw missingParameter('items');
  const methodId = params.text('default_payment_method') ?? customer.invoice_settings.default_payment_method;
  if (methodId === null)
    throw notAllowed('This customer has no attached payment source or default payment method.', 'resource_missing');
  const method = paymentMethodFor(state, methodId);
  const coupon = params.groups('discounts')[0]?.text('coupon');
  const { subscription } = subscribe(
    state,
    {
      customer: customer.id,
      items,
      automaticTax: params.group('automatic_tax').flag('enabled') ?? false,
      defaultPaymentMethod: params.text('default_payment_method') ?? null,
      description: params.text('description') ?? null,
      metadata: params.metadata(),
    },
    { method, offSession: params.flag('off_session') ?? false },
    coupon === undefined ? undefined : (id) => discount(state, coupon, customer.id, id),
  );
  return subscription;
}

const discount = (state: StripeState, coupon: string, customer: string, subscription: string): Discount =>
  redeem(state, { coupon: state.store.get('coupon', coupon, 'discounts'), customer, subscription });

function list({ state, params }: Call): object {
  const status = params.text('status');
  const isListed = (one: Subscription): boolean =>
    status === undefined ? one.status !== 'canceled' : status === 'all' || one.status === status;
  const subscriptions = state.store
    .all('subscription')
    .filter(isListed)
    .filter(matching<Subscription>(params, ['customer']));
  return page(params, '/v1/subscriptions', subscriptions);
}

function update({ state, params, id }: Call): Subscription {
  const subscription = activeOf(state, id);
  const proration = params.choice('proration_behavior', PRORATIONS) ?? 'create_prorations';
  const changes = params.groups('items').map((item) => itemChange(state, subscription, item));
  for (const change of changes) changeItem(state, subscription, change, proration);
  const method = params.text('default_payment_method');
  return state.events.changed(
    subscription,
    {
      ...cancellation(state, params, subscription),
      ...(method !== undefined && { default_payment_method: paymentMethodFor(state, method).id }),
      description: params.text('description') ?? subscription.description,
      metadata: params.metadata(subscription.metadata),
    },
    UPDATED,
  );
}

/** Cancels at the end of the period or at a time, or takes that back. */
export function cancellation(state: StripeState, params: Params, subscription: Subscription): Partial<Subscription> {
  const atPeriodEnd = params.flag('cancel_at_period_end');
  const end = subscription.items.data[0]?.current_period_end ?? null;
  const cancelAt = params.has('cancel_at') ? (params.integer('cancel_at') ?? null) : undefined;
  if (atPeriodEnd === undefined && cancelAt === undefined) return {};
  const at = atPeriodEnd ? end : (cancelAt ?? null);
  return {
    cancel_at: at,
    cancel_at_period_end: atPeriodEnd ?? false,
    canceled_at: at === null ? null : state.time.now(),
    cancellation_details: {
      comment: params.group('cancellation_details').text('comment') ?? null,
      feedback: null,
      feedback_option: null,
      reason: at === null ? null : 'cancellation_requested',
    },
  };
}

function itemChange(state: StripeState, subscription: Subscription, params: Params) {
  const id = params.text('id');
  const item = subscription.items.data.find((one) => one.id === id);
  if (!item)
    throw id === undefined ? missingParameter(params.name('id')) : noSuch('subscription_item', id, params.name('id'));
  return {
    item,
    price: params.has('price') ? recurringPrice(state, params) : item.price,
    quantity: params.integer('quantity') ?? item.quantity ?? 1,
  };
}

function recurringPrice(state: StripeState, params: Params): Price {
  const price = state.store.get('price', params.requiredText('price'), params.name('price'));
  if (price.recurring === null)
    throw invalidParameter(
      params.name('price'),
      'The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.',
    );
  return price;
}

function activeOf(state: StripeState, id: string): Subscription {
  const subscription = state.store.get('subscription', id);
  if (subscription.status === 'canceled')
    throw notAllowed('A canceled subscription can only update its cancellation_details and metadata.');
  return subscription;
}
