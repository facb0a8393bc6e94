import type { Price, Subscription, SubscriptionItem } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { collect } from './collect';
import type { LineDraft } from './invoice-lines';
import { invoiceSubscription, periodLines } from './invoice-subscription';
import { planOf } from './new-subscription';
import { addInvoiceItem } from './pending-items';
import { periodEnd } from './periods';
import { UPDATED } from './subscription-status';

export const PRORATIONS = ['create_prorations', 'always_invoice', 'none'] as const;

export interface ItemChange {
  readonly item: SubscriptionItem;
  readonly price: Price;
  readonly quantity: number;
}

/** Changes the price or the quantity of a subscription's item, now, and settles the rest of the period. */
export function changeItem(
  state: StripeState,
  subscription: Subscription,
  change: ItemChange,
  proration: (typeof PRORATIONS)[number],
): void {
  const { item, price } = change;
  const restarts = price.recurring?.interval !== item.price.recurring?.interval;
  if (proration !== 'none')
    for (const draft of prorations(state, change, restarts)) addProration(state, subscription, item, draft);
  replaceItem(state, subscription, change, restarts);
  if (restarts || proration === 'always_invoice') {
    const lines = restarts ? periodLines(subscription) : [];
    const invoice = invoiceSubscription(state, subscription, 'subscription_update', lines);
    collect(state, invoice, { offSession: true });
  }
}

type ProrationDraft = Pick<LineDraft, 'amount' | 'description' | 'period'> & { price: Price; quantity: number };

/** A credit for what is unused of the old price, and the rest of the period at the new one. */
function prorations({ time }: StripeState, { item, price, quantity }: ItemChange, restarts: boolean): ProrationDraft[] {
  const now = time.now();
  const period = { start: now, end: item.current_period_end };
  const part = (amount: number): number => {
    const whole = item.current_period_end - item.current_period_start;
    return Math.floor((amount * (item.current_period_end - now) * 2 + whole) / (whole * 2));
  };
  const oldQuantity = item.quantity ?? 1;
  const credit = {
    amount: -part((item.price.unit_amount ?? 0) * oldQuantity),
    description: `Unused time on ${item.price.nickname ?? item.price.id}`,
    period,
    price: item.price,
    quantity: oldQuantity,
  };
  if (restarts) return [credit];
  const amount = part((price.unit_amount ?? 0) * quantity);
  return [credit, { amount, description: `Remaining time on ${price.nickname ?? price.id}`, period, price, quantity }];
}

function addProration(
  state: StripeState,
  subscription: Subscription,
  item: SubscriptionItem,
  draft: ProrationDraft,
): void {
  addInvoiceItem(state, {
    ...draft,
    customer: subscription.customer,
    currency: subscription.currency,
    isProration: true,
    subscription: { id: subscription.id, item: item.id },
  });
}

function replaceItem(
  { events, time }: StripeState,
  subscription: Subscription,
  { item, price, quantity }: ItemChange,
  restarts: boolean,
): void {
  const now = time.now();
  const changed: SubscriptionItem = {
    ...item,
    plan: planOf(price),
    price,
    quantity,
    ...(restarts && { current_period_start: now, current_period_end: periodEnd(now, now, price) }),
  };
  const data = subscription.items.data.map((one) => (one.id === item.id ? changed : one));
  events.changed(
    subscription,
    { items: { ...subscription.items, data }, ...(restarts && { billing_cycle_anchor: now }) },
    UPDATED,
  );
}
