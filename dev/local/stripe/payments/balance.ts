import { newId } from '../state/ids';
import type { BalanceTransaction } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';

/** When a payment becomes available, as in the United States. */
const AVAILABLE_AFTER_SECONDS = 2 * 86_400;

interface Movement {
  readonly type:
    'adjustment' | 'charge' | 'payment' | 'payment_failure_refund' | 'refund' | 'refund_failure' | 'stripe_fee';
  readonly reporting_category:
    'charge' | 'charge_failure' | 'dispute' | 'dispute_reversal' | 'fee' | 'refund' | 'refund_failure';
  /** In cents, negative if it leaves the balance. */
  readonly amount: number;
  readonly fee?: { readonly amount: number; readonly description: string };
  readonly currency: string;
  readonly source: string | null;
  readonly description?: string | null;
}

/** Moves money to or from Stripe's balance. Every movement keeps `net = amount - fee`. */
export function moveBalance({ store, time }: StripeState, movement: Movement): BalanceTransaction {
  const { type, reporting_category, amount, fee, currency, source, description = null } = movement;
  const created = time.now();
  return store.save({
    id: newId('txn'),
    object: 'balance_transaction',
    amount,
    available_on: created + AVAILABLE_AFTER_SECONDS,
    balance_type: 'payments',
    created,
    currency,
    description,
    exchange_rate: null,
    fee: fee?.amount ?? 0,
    fee_details: fee ? [{ ...fee, application: null, currency, type: 'stripe_fee' }] : [],
    net: amount - (fee?.amount ?? 0),
    reporting_category,
    source,
    status: 'pending',
    type,
  });
}

/** 2.9 % and 30 cents, rounded half up. */
export const processingFee = (amount: number): { amount: number; description: string } => ({
  amount: Math.floor((amount * 29 + 500) / 1000) + 30,
  description: 'Stripe processing fees',
});

/** Stripe keeps the fee of a dispute even if the dispute is won. */
export const DISPUTE_FEE = { amount: 1500, description: 'Dispute fee' };
