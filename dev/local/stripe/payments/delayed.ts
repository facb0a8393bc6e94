import type { PaymentIntent, PaymentMethod } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { fail, succeed } from './confirm';

/** Starts a payment that the bank decides about later, such as a debit of a bank account. */
export function startProcessing({ events }: StripeState, intent: PaymentIntent, method: PaymentMethod): PaymentIntent {
  events.changed(intent, { payment_method: method.id, status: 'processing' });
  events.record('payment_intent.processing', intent);
  return intent;
}

/** The bank decides about such a payment. */
export function endProcessing(state: StripeState, intent: PaymentIntent, succeeds: boolean): void {
  const method = state.store.get('payment_method', intent.payment_method ?? '');
  if (succeeds) succeed(state, intent, method);
  else fail(state, intent, method, 'insufficient_funds');
}
