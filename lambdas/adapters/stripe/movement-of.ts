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
export function movementOf(transaction: Stripe.BalanceTransaction): BalanceMovement {
  const { id, type, amount, created, source } = transaction;
  const about = typeof source === 'object' && source !== null ? source : undefined;
  const intent = about && 'payment_intent' in about ? about.payment_intent : undefined;
  const paymentId = typeof intent === 'string' ? intent : intent?.id;
  return {
    movementId: id,
    kind: kindOf(type, amount, about),
    paymentId,
    cents: centsOf(transaction, about),
    at: created * SECOND_MS,
  };
}

/** The amount in the currency of the payment. Stripe converts it if the operator's account settles in another one. */
function centsOf(
  { amount, currency }: Stripe.BalanceTransaction,
  about: Stripe.BalanceTransactionSource | undefined,
): bigint {
  if (about === undefined || !('currency' in about) || about.currency === currency) return BigInt(amount);
  const own = 'amount_captured' in about ? about.amount_captured : 'amount' in about ? about.amount : amount;
  return BigInt(amount < 0 ? -own : own);
}

function kindOf(
  type: string,
  amount: number,
  source: { readonly object: string } | undefined,
): BalanceMovement['kind'] {
  if (type === 'adjustment' && source?.object === 'dispute') return amount < 0 ? 'dispute' : 'dispute_won';
  return KINDS[type] ?? 'other';
}
