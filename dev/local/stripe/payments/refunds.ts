import { notAllowed, StripeFailure } from '../http/stripe-failure';
import { newId } from '../state/ids';
import type { Charge, Refund } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { formatAmount } from './amounts';
import { moveBalance } from './balance';

interface RefundRequest {
  /** Everything that is left, by default. */
  readonly amount?: number;
  readonly reason?: Refund['reason'];
  readonly metadata?: Record<string, string>;
}

/** @throws StripeFailure if the charge is disputed, or less than this is left of it */
export function refund(state: StripeState, charge: Charge, request: RefundRequest): Refund {
  const left = charge.amount_captured - charge.amount_refunded;
  const amount = request.amount ?? left;
  assertRefundable(state, charge, amount, left);
  const id = newId('re');
  const made: Refund = {
    id,
    object: 'refund',
    amount,
    balance_transaction: moveBalance(state, {
      type: 'refund',
      reporting_category: 'refund',
      amount: -amount,
      currency: charge.currency,
      source: id,
      description: `REFUND FOR CHARGE (${charge.description ?? charge.id})`,
    }).id,
    charge: charge.id,
    created: state.time.now(),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: {
      card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
      type: 'card',
    },
    metadata: request.metadata ?? {},
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: request.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  };
  state.events.created(made);
  const refunded = charge.amount_refunded + amount;
  state.events.changed(
    charge,
    { amount_refunded: refunded, refunded: refunded === charge.amount_captured },
    'charge.refunded',
  );
  return made;
}

/** The bank of the customer sends the money back, days later. */
export function failRefund(state: StripeState, made: Refund): Refund {
  if (made.status !== 'succeeded') throw notAllowed('Only a refund that succeeded can fail afterwards.');
  const returned = moveBalance(state, {
    type: 'refund_failure',
    reporting_category: 'refund_failure',
    amount: made.amount,
    currency: made.currency,
    source: made.id,
    description: `REFUND FAILURE (${made.id})`,
  });
  const charge = state.store.get('charge', made.charge ?? '');
  state.events.changed(
    charge,
    { amount_refunded: charge.amount_refunded - made.amount, refunded: false },
    'charge.updated',
  );
  state.events.changed(
    made,
    { status: 'failed', failure_reason: 'lost_or_stolen_card', failure_balance_transaction: returned.id },
    'refund.updated',
  );
  state.events.record('charge.refund.updated', made);
  state.events.record('refund.failed', made);
  return made;
}

function assertRefundable({ store }: StripeState, charge: Charge, amount: number, left: number): void {
  if (!charge.paid) throw notAllowed(`Charge ${charge.id} has not been paid, so it cannot be refunded.`);
  if (charge.refunded) throw notAllowed(`Charge ${charge.id} has already been refunded.`, 'charge_already_refunded');
  const dispute = store.all('dispute').find((one) => one.charge === charge.id);
  if (dispute && !dispute.is_charge_refundable)
    throw notAllowed(`Charge ${charge.id} has been charged back; cannot issue a refund.`, 'charge_disputed');
  if (amount <= 0)
    throw new StripeFailure(
      400,
      {
        type: 'invalid_request_error',
        code: 'parameter_invalid_integer',
        param: 'amount',
        message: 'Invalid positive integer',
      },
      false,
    );
  if (amount > left)
    throw notAllowed(
      `Refund amount (${formatAmount(amount, charge.currency)}) is greater than unrefunded amount on charge (${formatAmount(left, charge.currency)})`,
      undefined,
      'amount',
    );
}
