import type { Invoice, InvoicePayment, PaymentIntent } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { activate } from './subscription-status';

/** Closes an invoice that an operator says was paid elsewhere. */
export function markPaidElsewhere(state: StripeState, invoice: Invoice, intent: PaymentIntent | undefined): void {
  const now = state.time.now();
  if (intent) state.events.changed(intent, { canceled_at: now, status: 'canceled' });
  const payment = state.store.all('invoice_payment').find((one) => one.invoice === invoice.id);
  if (payment)
    state.events.changed(payment, { status: 'canceled', status_transitions: { canceled_at: now, paid_at: null } });
  state.store.saveNote('invoice', invoice.id, { paidOffStripe: invoice.amount_remaining });
  close(state, invoice);
}

/** Closes an invoice, and brings its subscription back to life. */
export function markPaid(state: StripeState, invoice: Invoice): void {
  const now = state.time.now();
  const payment = state.store.all('invoice_payment').find((one) => one.invoice === invoice.id);
  if (payment)
    state.events.changed(payment, {
      amount_paid: payment.amount_requested,
      status: 'paid',
      status_transitions: { canceled_at: null, paid_at: now },
    });
  close(state, invoice, payment);
}

function close(state: StripeState, invoice: Invoice, payment?: InvoicePayment): void {
  state.events.changed(
    invoice,
    {
      amount_paid: invoice.amount_due,
      amount_remaining: 0,
      attempt_count: invoice.attempt_count + (payment ? 1 : 0),
      attempted: true,
      next_payment_attempt: null,
      status: 'paid',
      status_transitions: { ...invoice.status_transitions, paid_at: state.time.now() },
    },
    'invoice.updated',
  );
  state.events.record('invoice.paid', invoice);
  state.events.record('invoice.payment_succeeded', invoice);
  if (payment) state.events.record('invoice_payment.paid', payment);
  activate(state, invoice);
}
