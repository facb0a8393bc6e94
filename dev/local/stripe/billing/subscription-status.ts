import type { Invoice, Subscription } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';

export const UPDATED = 'customer.subscription.updated';

export function subscriptionOf({ store }: StripeState, invoice: Invoice): Subscription | undefined {
  const id = invoice.parent?.subscription_details?.subscription;
  return typeof id === 'string' ? store.find('subscription', id) : undefined;
}

/** A paid invoice makes its subscription active, unless a later one is still unpaid. */
export function activate(state: StripeState, invoice: Invoice): void {
  const subscription = subscriptionOf(state, invoice);
  if (!subscription || !['incomplete', 'past_due', 'unpaid'].includes(subscription.status)) return;
  const isStillOwing = state.store
    .all('invoice')
    .some((one) => one.status === 'open' && subscriptionOf(state, one)?.id === subscription.id);
  if (!isStillOwing) state.events.changed(subscription, { status: 'active' }, UPDATED);
}

export function endSubscription(
  state: StripeState,
  subscription: Subscription,
  reason: 'cancellation_requested' | 'payment_failed',
): void {
  const now = state.time.now();
  state.events.changed(subscription, {
    canceled_at: subscription.canceled_at ?? now,
    cancellation_details: {
      comment: null,
      feedback: null,
      feedback_option: null,
      reason,
      ...subscription.cancellation_details,
    },
    ended_at: now,
    status: 'canceled',
  });
  state.events.record('customer.subscription.deleted', subscription);
}
