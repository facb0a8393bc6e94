import { collect } from '../billing/collect';
import { formatAmount } from '../payments/amounts';
import { DECLINES } from '../payments/outcome';
import { newPaymentMethod } from '../payments/payment-methods';
import { findTestCard } from '../payments/test-cards';
import type { Charge, Invoice } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { cardButtons } from './card-buttons';
import { alert, markup, htmlPage } from './html';
import { type PageResult, redirected, shown } from './page-result';
import { pdf } from './pdf';

/** The page of an invoice, on which an open one can be paid. */
export function showInvoice(invoice: Invoice, message?: string): PageResult {
  const rows = invoice.lines.data.map(
    (line) =>
      markup`<tr><td>${line.description ?? 'Item'}</td><td>${formatAmount(line.amount, line.currency)}</td></tr>`,
  );
  const body = markup`${alert(message)}<p>Status: ${invoice.status ?? ''}</p><table aria-label="Invoice">${rows}
<tr><td><strong>Total</strong></td><td><strong>${formatAmount(invoice.total, invoice.currency)}</strong></td></tr>
<tr><td>Amount due</td><td>${formatAmount(invoice.amount_remaining, invoice.currency)}</td></tr></table>
<p><a href="${invoice.invoice_pdf ?? ''}">Download PDF</a></p>
${invoice.status === 'open' ? markup`<form method="post">${cardButtons('Pay with')}</form>` : undefined}`;
  return shown(htmlPage(`Invoice ${invoice.number ?? invoice.id}`, body), message === undefined ? 200 : 402);
}

export function submitInvoice(state: StripeState, invoice: Invoice, cardName: string): PageResult {
  const card = findTestCard(cardName);
  if (!card || invoice.status !== 'open') return showInvoice(invoice);
  const outcome = collect(state, invoice, { method: newPaymentMethod(state, card), offSession: false });
  if (outcome === 'succeeded') return redirected(invoice.hosted_invoice_url ?? '/');
  if (outcome !== 'authentication_required') return showInvoice(invoice, DECLINES[outcome].message);
  const payment = state.store.all('invoice_payment').find((one) => one.invoice === invoice.id);
  return redirected(`/authenticate/${payment?.payment.payment_intent ?? ''}`);
}

export const invoicePdf = (invoice: Invoice): PageResult =>
  document([
    `Invoice ${invoice.number ?? invoice.id}`,
    `Date: ${dateOf(invoice.created)}`,
    ...invoice.lines.data.map((line) => `${line.description ?? 'Item'}: ${formatAmount(line.amount, line.currency)}`),
    `Tax: ${formatAmount(invoice.total - (invoice.total_excluding_tax ?? invoice.total), invoice.currency)}`,
    `Total: ${formatAmount(invoice.total, invoice.currency)}`,
    `Paid: ${formatAmount(invoice.amount_paid, invoice.currency)}`,
  ]);

export const showReceipt = (charge: Charge): PageResult =>
  shown(
    htmlPage(
      'Receipt',
      markup`<p>${charge.description ?? 'Payment'}: ${formatAmount(charge.amount, charge.currency)}, paid on ${dateOf(charge.created)}
with a card that ends with ${charge.payment_method_details?.card?.last4 ?? ''}.</p>
${charge.amount_refunded > 0 ? markup`<p>Refunded: ${formatAmount(charge.amount_refunded, charge.currency)}</p>` : undefined}`,
    ),
  );

const document = (lines: readonly string[]): PageResult => ({
  status: 200,
  headers: { 'content-type': 'application/pdf' },
  body: pdf(lines),
});

const dateOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);
