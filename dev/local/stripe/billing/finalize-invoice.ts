import { notAllowed } from '../http/stripe-failure';
import { newPaymentIntent } from '../payments/payment-intents';
import { newId } from '../state/ids';
import type { Customer, Invoice, InvoicePayment, PaymentIntent } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { markPaid } from './mark-paid';

/**
 * Gives a draft its number and its payment. An invoice of nothing is paid at once.
 *
 * @param paidBy the payment that has already been made for it
 */
export function finalizeInvoice(state: StripeState, invoice: Invoice, paidBy?: PaymentIntent): Invoice {
  if (invoice.status !== 'draft')
    throw notAllowed('This invoice is already finalized, you can’t re-finalize a non-draft invoice.');
  const customer = state.store.get('customer', invoice.customer ?? '');
  const now = state.time.now();
  const page = `${state.url()}/invoices/${invoice.id}`;
  const balance = paidBy
    ? { amount_due: invoice.total, starting_balance: 0, ending_balance: 0 }
    : settleBalance(state, customer, invoice.total);
  state.events.changed(invoice, {
    ...balance,
    amount_remaining: balance.amount_due,
    effective_at: now,
    hosted_invoice_url: page,
    invoice_pdf: `${page}/pdf`,
    number: nextNumber(state, customer),
    status: 'open',
    status_transitions: { ...invoice.status_transitions, finalized_at: now },
  });
  state.events.record('invoice.finalized', invoice);
  if (paidBy) expectPayment(state, invoice, paidBy);
  else if (invoice.amount_due > 0) openPayment(state, invoice);
  if (paidBy || invoice.amount_due === 0) markPaid(state, invoice);
  return invoice;
}

/** Uses the customer's credit, and adds to it what an invoice gives back. */
function settleBalance(
  { events }: StripeState,
  customer: Customer,
  total: number,
): Pick<Invoice, 'amount_due' | 'ending_balance' | 'starting_balance'> {
  const starting = customer.balance;
  const owed = total + starting;
  const ending = Math.min(0, owed);
  events.changed(customer, { balance: ending }, 'customer.updated');
  return { amount_due: Math.max(0, owed), starting_balance: starting, ending_balance: ending };
}

function nextNumber({ events }: StripeState, customer: Customer): string {
  const sequence = customer.next_invoice_sequence ?? 1;
  events.changed(customer, { next_invoice_sequence: sequence + 1 });
  return `${customer.invoice_prefix ?? 'FAKE'}-${String(sequence).padStart(4, '0')}`;
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  subscription_create: 'Subscription creation',
  subscription_cycle: 'Subscription update',
  subscription_update: 'Subscription update',
};

function openPayment(state: StripeState, invoice: Invoice): void {
  const intent = newPaymentIntent(state, {
    amount: invoice.amount_due,
    currency: invoice.currency,
    customer: invoice.customer,
    description: DESCRIPTIONS[invoice.billing_reason ?? ''] ?? invoice.description ?? 'Payment for Invoice',
    setup_future_usage: invoice.parent ? 'off_session' : null,
  });
  expectPayment(state, invoice, intent);
  state.events.changed(invoice, {
    confirmation_secret: { client_secret: intent.client_secret ?? '', type: 'payment_intent' },
  });
}

function expectPayment(state: StripeState, invoice: Invoice, intent: PaymentIntent): void {
  state.store.save<InvoicePayment>({
    id: newId('inpay'),
    object: 'invoice_payment',
    amount_paid: null,
    amount_requested: invoice.amount_due,
    created: state.time.now(),
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: false,
    payment: { payment_intent: intent.id, type: 'payment_intent' },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  });
}

/** The payment of an invoice that is not free. */
export function intentOf({ store }: StripeState, invoice: Invoice): PaymentIntent | undefined {
  const payment = store.all('invoice_payment').find((one) => one.invoice === invoice.id);
  return payment && store.find('payment_intent', payment.payment.payment_intent ?? '');
}
