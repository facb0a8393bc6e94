import { newId } from '../state/ids';
import type { Charge, PaymentIntent, PaymentMethod } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { moveBalance, processingFee } from './balance';
import { type Decline, DECLINES } from './outcome';

/** Takes the money of a payment, or records the attempt that was declined. */
export function charge(state: StripeState, intent: PaymentIntent, method: PaymentMethod, decline?: Decline): Charge {
  const made = newCharge(state, intent, method, decline);
  if (decline === undefined) {
    const { id, amount, currency, description } = made;
    made.balance_transaction = moveBalance(state, {
      type: 'charge',
      reporting_category: 'charge',
      amount,
      fee: processingFee(amount),
      currency,
      source: id,
      description,
    }).id;
  }
  return state.events.created(made, decline === undefined ? 'charge.succeeded' : 'charge.failed');
}

/** Takes the money of a payment about which the bank decides later: it is in the balance at once. */
export function chargeLater(state: StripeState, intent: PaymentIntent, method: PaymentMethod): Charge {
  const made: Charge = { ...newCharge(state, intent, method), paid: false, status: 'pending' };
  made.balance_transaction = moveBalance(state, {
    type: 'payment',
    reporting_category: 'charge',
    amount: made.amount,
    fee: processingFee(made.amount),
    currency: made.currency,
    source: made.id,
    description: made.description,
  }).id;
  return state.events.created(made, 'charge.pending');
}

/** The bank has decided about such a charge. If it declined, the money leaves the balance again. */
export function endPending(state: StripeState, pending: Charge, succeeds: boolean): Charge {
  if (succeeds) return state.events.changed(pending, { paid: true, status: 'succeeded' }, 'charge.succeeded');
  const { id, amount, currency } = pending;
  const returned = moveBalance(state, {
    type: 'payment_failure_refund',
    reporting_category: 'charge_failure',
    amount: -amount,
    currency,
    source: id,
    description: `Payment failure refund for ${id}`,
  });
  const failure = { failure_balance_transaction: returned.id, failure_code: 'insufficient_funds' };
  return state.events.changed(pending, { ...failure, status: 'failed' }, 'charge.failed');
}

function newCharge(
  { time, url }: StripeState,
  intent: PaymentIntent,
  method: PaymentMethod,
  decline?: Decline,
): Charge {
  const id = newId('ch');
  const isPaid = decline === undefined;
  const { amount, currency } = intent;
  return {
    id,
    object: 'charge',
    amount,
    amount_captured: isPaid ? amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: method.billing_details,
    calculated_statement_descriptor: 'TOLLGATE',
    captured: isPaid,
    created: time.now(),
    currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: isPaid ? null : DECLINES[decline].code,
    failure_message: isPaid ? null : DECLINES[decline].message,
    fraud_details: {},
    livemode: false,
    metadata: { ...intent.metadata },
    on_behalf_of: null,
    outcome: outcomeOf(decline),
    paid: isPaid,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: { card: cardDetails(method, amount), type: 'card' },
    radar_options: {},
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: isPaid ? `${url()}/receipts/${id}` : null,
    refunded: false,
    review: null,
    shipping: intent.shipping,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: isPaid ? 'succeeded' : 'failed',
    transfer_data: null,
    transfer_group: null,
  };
}

function outcomeOf(decline?: Decline): Charge['outcome'] {
  const isPaid = decline === undefined;
  return {
    advice_code: null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: isPaid ? 'approved_by_network' : 'declined_by_network',
    reason: isPaid ? null : (DECLINES[decline].decline_code ?? null),
    risk_level: 'normal',
    risk_score: 10,
    seller_message: isPaid ? 'Payment complete.' : 'The bank did not return any further details with this decline.',
    type: isPaid ? 'authorized' : 'issuer_declined',
  };
}

type CardDetails = NonNullable<NonNullable<Charge['payment_method_details']>['card']>;

function cardDetails({ card }: PaymentMethod, amount: number): CardDetails {
  return {
    amount_authorized: amount,
    authorization_code: '123456',
    brand: card?.brand ?? null,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
    country: 'US',
    electronic_commerce_indicator: null,
    exp_month: card?.exp_month ?? 12,
    exp_year: card?.exp_year ?? 2030,
    fingerprint: card?.fingerprint ?? null,
    funding: 'credit',
    installments: null,
    last4: card?.last4 ?? null,
    mandate: null,
    network: card?.brand ?? null,
    network_transaction_id: null,
    regulated_status: 'unregulated',
    three_d_secure: null,
    transaction_link_id: null,
    wallet: null,
  };
}
