import type Stripe from 'stripe';
import { SECOND_MS } from '../../domain/clock';
import type { BalanceMovement } from '../../domain/payments/processor';

const KINDS: { readonly [type: string]: BalanceMovement['kind'] } = {
  charge: 'payment',
  payment: 'payment',
  refund: 'refund',
  payment_refund: 'refund',
  refund_failure: 'refund_failed',
  payment_failure_refund: 'refund_failed',
};

/** Reads a balance transaction. Its source is expanded, and names the payment. */
export function movementOf({ id, type, amount, created, source }: Stripe.BalanceTransaction): BalanceMovement {
  const about = typeof source === 'object' && source !== null ? source : undefined;
  const intent = about && 'payment_intent' in about ? about.payment_intent : undefined;
  const paymentId = typeof intent === 'string' ? intent : intent?.id;
  return {
    movementId: id,
    kind: kindOf(type, amount, about),
    paymentId,
    cents: BigInt(amount),
    at: created * SECOND_MS,
  };
}

function kindOf(
  type: string,
  amount: number,
  source: { readonly object: string } | undefined,
): BalanceMovement['kind'] {
  if (type === 'adjustment' && source?.object === 'dispute') return amount < 0 ? 'dispute' : 'dispute_won';
  return KINDS[type] ?? 'other';
}
