import type { Subscription } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { collect } from './collect';
import { invoiceSubscription, periodLines } from './invoice-subscription';
import { periodEnd } from './periods';
import { endSubscription, stopRetries, UPDATED } from './subscription-status';

/** How long the first invoice of a subscription may stay unpaid. */
const INCOMPLETE_SECONDS = 23 * 3600;

/** When something next happens to a subscription by itself. */
export function dueAt(subscription: Subscription): number | undefined {
  if (subscription.status === 'incomplete') return subscription.created + INCOMPLETE_SECONDS;
  if (subscription.status !== 'active' && subscription.status !== 'past_due') return undefined;
  const end = subscription.items.data[0]?.current_period_end;
  const { cancel_at } = subscription;
  return cancel_at !== null && end !== undefined ? Math.min(cancel_at, end) : end;
}

/** Begins the next period and collects its invoice, or ends a subscription that was canceled or never paid. */
export function renew(state: StripeState, subscription: Subscription): void {
  const now = state.time.now();
  if (subscription.status === 'incomplete') {
    stopRetries(state, subscription);
    state.events.changed(subscription, { ended_at: now, status: 'incomplete_expired' }, UPDATED);
    return;
  }
  if (subscription.cancel_at !== null && now >= subscription.cancel_at) {
    endSubscription(state, subscription, 'cancellation_requested');
    return;
  }
  const data = subscription.items.data.map((item) => ({
    ...item,
    current_period_start: item.current_period_end,
    current_period_end: periodEnd(subscription.billing_cycle_anchor, item.current_period_end, item.price),
  }));
  state.events.changed(subscription, { items: { ...subscription.items, data } }, UPDATED);
  const invoice = invoiceSubscription(state, subscription, 'subscription_cycle', periodLines(subscription));
  collect(state, invoice, { offSession: true });
}
