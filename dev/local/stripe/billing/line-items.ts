import type { LineItem } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';

/** The items that a checkout session sells. */
export const lineItemsOf = ({ store }: StripeState, sessionId: string): LineItem[] =>
  store.note('session', sessionId)?.lines ?? [];
