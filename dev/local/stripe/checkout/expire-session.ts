import type { CheckoutSession } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';

export function expireSession({ events }: StripeState, session: CheckoutSession): void {
  events.changed(session, { status: 'expired', url: null });
  events.record('checkout.session.expired', session);
}
