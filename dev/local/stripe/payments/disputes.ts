import { notAllowed } from '../http/stripe-failure';
import { newId } from '../state/ids';
import type { Charge, Dispute } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { DISPUTE_FEE, moveBalance } from './balance';

/** How long evidence is accepted. */
const EVIDENCE_SECONDS = 9 * 86_400;

export const DISPUTE_REASONS = ['fraudulent', 'product_not_received', 'duplicate', 'general'] as const;

interface Opening {
  readonly isInquiry?: boolean;
  readonly reason?: (typeof DISPUTE_REASONS)[number];
}

/**
 * Takes what is left of a payment back. An inquiry takes nothing yet.
 *
 * @throws StripeFailure if the payment was never made, is fully refunded or already disputed
 */
export function openDispute(state: StripeState, charge: Charge, { isInquiry = false, reason }: Opening = {}): Dispute {
  if (!charge.paid || charge.disputed || charge.refunded) throw notAllowed('This charge cannot be disputed.');
  const dispute = newDispute(state, charge, isInquiry, reason ?? 'fraudulent');
  if (!isInquiry) withdraw(state, dispute);
  state.events.changed(charge, { disputed: true });
  state.events.created(dispute, 'charge.dispute.created');
  if (!isInquiry) state.events.record('charge.dispute.funds_withdrawn', dispute);
  return dispute;
}

/** An inquiry becomes a dispute, which takes the money. */
export function escalate(state: StripeState, dispute: Dispute): Dispute {
  if (!dispute.status.startsWith('warning_')) throw notAllowed('Only an inquiry can become a dispute.');
  withdraw(state, dispute);
  state.events.changed(dispute, { status: 'needs_response', is_charge_refundable: false }, 'charge.dispute.updated');
  state.events.record('charge.dispute.funds_withdrawn', dispute);
  return dispute;
}

/** The bank of the payer appeals against a decision. @param takesMoney whether it takes the money again at once */
export function appeal(state: StripeState, dispute: Dispute, takesMoney: boolean): Dispute {
  if (dispute.status !== 'won') throw notAllowed('Only a dispute that was won can be appealed against.');
  if (takesMoney) withdraw(state, dispute);
  state.events.changed(dispute, { status: 'appeal_under_review' }, 'charge.dispute.updated');
  if (takesMoney) state.events.record('charge.dispute.funds_withdrawn', dispute);
  return dispute;
}

const OPEN = [
  'needs_response',
  'under_review',
  'warning_needs_response',
  'warning_under_review',
  'appeal_needs_response',
  'appeal_under_review',
];

/** @throws StripeFailure if the dispute has already been decided */
export function decide(state: StripeState, dispute: Dispute, decision: 'lost' | 'won'): Dispute {
  if (!OPEN.includes(dispute.status)) throw notAllowed('This dispute is already closed.');
  const isInquiry = dispute.status.startsWith('warning_');
  const reinstates = decision === 'won' && !isInquiry;
  if (reinstates) {
    const { id, amount, currency } = dispute;
    dispute.balance_transactions.push(
      moveBalance(state, {
        type: 'adjustment',
        reporting_category: 'dispute_reversal',
        amount,
        currency,
        source: id,
        description: `Chargeback reversal for ${dispute.charge}`,
      }),
    );
  }
  const status = isInquiry ? 'warning_closed' : decision;
  state.events.changed(dispute, { status, is_charge_refundable: isInquiry });
  if (isInquiry) state.events.changed(state.store.get('charge', dispute.charge), { disputed: false });
  state.events.record('charge.dispute.closed', dispute);
  if (reinstates) state.events.record('charge.dispute.funds_reinstated', dispute);
  return dispute;
}

function withdraw(state: StripeState, dispute: Dispute): void {
  const { id, amount, currency, charge } = dispute;
  dispute.balance_transactions.push(
    moveBalance(state, {
      type: 'adjustment',
      reporting_category: 'dispute',
      amount: -amount,
      fee: DISPUTE_FEE,
      currency,
      source: id,
      description: `Chargeback withdrawal for ${charge}`,
    }),
  );
}

function newDispute({ time }: StripeState, charge: Charge, isInquiry: boolean, reason: string): Dispute {
  return {
    id: newId('du'),
    object: 'dispute',
    amount: charge.amount - charge.amount_refunded,
    balance_transactions: [],
    charge: charge.id,
    created: time.now(),
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: noEvidence(),
    evidence_details: {
      due_by: time.now() + EVIDENCE_SECONDS,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: isInquiry,
    livemode: false,
    metadata: {},
    network_reason_code: '10.4',
    payment_intent: charge.payment_intent,
    payment_method_details: {
      card: {
        brand: 'visa',
        case_type: isInquiry ? 'inquiry' : 'chargeback',
        network: 'visa',
        network_reason_code: '10.4',
      },
      type: 'card',
    },
    reason,
    status: isInquiry ? 'warning_needs_response' : 'needs_response',
  };
}

const noEvidence = (): Dispute['evidence'] => ({
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
});
