import type { Invoice, Subscription } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';

export const UPDATED = 'customer.subscription.updated';

export function subscriptionOf({ store }: StripeState, invoice: Invoice): Subscription | undefined {
  const id = invoice.parent?.subscription_details?.subscription;
  return id === undefined ? undefined : store.find('subscription', id);
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
  stopRetries(state, subscription);
  state.events.changed(subscription, {
    canceled_at: subscription.canceled_at ?? now,
    cancellation_details: {
      comment: subscription.cancellation_details?.comment ?? null,
      feedback: null,
      feedback_option: null,
      reason,
    },
    ended_at: now,
    status: 'canceled',
  });
  state.events.record('customer.subscription.deleted', subscription);
}

/** Open invoices stay open, but are no longer collected automatically. */
export function stopRetries(state: StripeState, subscription: Subscription): void {
  for (const invoice of state.store.all('invoice'))
    if (invoice.status === 'open' && subscriptionOf(state, invoice)?.id === subscription.id)
      state.events.changed(invoice, { auto_advance: false, next_payment_attempt: null });
}
