import type { Outcome } from '../payments/outcome';
import type { Discount, PaymentMethod, Subscription } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { collect } from './collect';
import { invoiceSubscription, periodLines } from './invoice-subscription';
import { newSubscription, type SubscriptionDraft } from './new-subscription';

export interface FirstPayment {
  readonly method?: PaymentMethod;
  readonly offSession: boolean;
  readonly isAuthenticated?: boolean;
}

/** Begins a subscription and collects its first invoice. It stays `incomplete` until that is paid. */
export function subscribe(
  state: StripeState,
  draft: SubscriptionDraft,
  payment: FirstPayment,
  discountFor?: (subscription: string) => Discount,
): { subscription: Subscription; outcome: Outcome } {
  const subscription = newSubscription(state, draft);
  if (discountFor) state.events.changed(subscription, { discounts: [discountFor(subscription.id).id] });
  state.events.record('customer.subscription.created', subscription);
  const invoice = invoiceSubscription(state, subscription, 'subscription_create', periodLines(subscription));
  return { subscription, outcome: collect(state, invoice, payment) };
}
