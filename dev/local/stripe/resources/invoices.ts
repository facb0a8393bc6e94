import { collect } from '../billing/collect';
import { draftInvoice } from '../billing/draft-invoice';
import { finalizeInvoice, intentOf } from '../billing/finalize-invoice';
import { markPaidElsewhere } from '../billing/mark-paid';
import { addInvoiceItem, takePendingItems } from '../billing/pending-items';
import { subscriptionOf } from '../billing/subscription-status';
import { matching, page } from '../http/list';
import { get, post, type Call, type Route } from '../http/route';
import { invalidParameter, missingParameter, notAllowed } from '../http/stripe-failure';
import { currencyOf } from '../payments/amounts';
import { cardFailure } from '../payments/confirm';
import { paymentMethodFor } from '../payments/payment-methods';
import type { Invoice, InvoiceItem, InvoicePayment } from '../state/kinds';
import { customerOf } from './customers';

export const invoiceRoutes: readonly Route[] = [
  post('/v1/invoices', create),
  get('/v1/invoices', list),
  get('/v1/invoices/{id}', ({ state, id }) => state.store.get('invoice', id)),
  post('/v1/invoices/{id}', ({ state, params, id }) => {
    const invoice = state.store.get('invoice', id);
    return state.events.changed(
      invoice,
      {
        description: params.text('description') ?? invoice.description,
        metadata: params.metadata(invoice.metadata ?? {}),
      },
      'invoice.updated',
    );
  }),
  get('/v1/invoices/{id}/lines', ({ state, params, id }) =>
    page(params, `/v1/invoices/${id}/lines`, state.store.get('invoice', id).lines.data),
  ),
  post('/v1/invoices/{id}/finalize', ({ state, id }) => finalizeInvoice(state, state.store.get('invoice', id))),
  post('/v1/invoices/{id}/pay', pay),
  post('/v1/invoices/{id}/send', send),
  post('/v1/invoices/{id}/void', (call) => close(call, 'void')),
  post('/v1/invoices/{id}/mark_uncollectible', (call) => close(call, 'uncollectible')),
  post('/v1/invoiceitems', createItem),
  get('/v1/invoiceitems', ({ state, params }) =>
    page(
      params,
      '/v1/invoiceitems',
      state.store.all('invoiceitem').filter(matching<InvoiceItem>(params, ['customer', 'invoice'])),
    ),
  ),
  get('/v1/invoice_payments', ({ state, params }) =>
    page(
      params,
      '/v1/invoice_payments',
      state.store
        .all('invoice_payment')
        .filter(matching<InvoicePayment>(params, ['invoice', 'status']))
        .filter(paidBy(params.group('payment').text('payment_intent'))),
    ),
  ),
  get('/v1/invoice_payments/{id}', ({ state, id }) => state.store.get('invoice_payment', id)),
];

const paidBy =
  (intent: string | undefined) =>
  ({ payment }: InvoicePayment): boolean =>
    intent === undefined || payment.payment_intent === intent;

function create({ state, params }: Call): Invoice {
  const customer = customerOf(state, params.requiredText('customer'), 'customer');
  const includes = params.text('pending_invoice_items_behavior') !== 'exclude';
  const pending = includes ? takePendingItems(state, customer.id) : undefined;
  const invoice = draftInvoice(state, {
    customer,
    currency: params.has('currency') ? currencyOf(params) : 'usd',
    lines: pending?.lines ?? [],
    billingReason: 'manual',
    automaticTax: params.group('automatic_tax').flag('enabled') ?? false,
    collectionMethod: params.choice('collection_method', ['charge_automatically', 'send_invoice'] as const),
    daysUntilDue: params.integer('days_until_due'),
    defaultPaymentMethod: params.text('default_payment_method') ?? null,
    description: params.text('description') ?? null,
    metadata: params.metadata(),
  });
  pending?.claimFor(invoice.id);
  return invoice;
}

function list({ state, params }: Call): object {
  const subscription = params.text('subscription');
  const invoices = state.store
    .all('invoice')
    .filter(matching<Invoice>(params, ['collection_method', 'customer', 'status']))
    .filter((invoice) => subscription === undefined || subscriptionOf(state, invoice)?.id === subscription);
  return page(params, '/v1/invoices', invoices);
}

function pay({ state, params, id }: Call): Invoice {
  const invoice = state.store.get('invoice', id);
  if (invoice.status === 'paid') throw notAllowed('Invoice is already paid');
  if (params.flag('paid_out_of_band')) {
    if (invoice.status === 'draft') finalizeInvoice(state, invoice);
    markPaidElsewhere(state, invoice, intentOf(state, invoice));
    return invoice;
  }
  const methodId = params.text('payment_method');
  const method = methodId === undefined ? undefined : paymentMethodFor(state, methodId);
  const outcome = collect(state, invoice, { method, offSession: params.flag('off_session') ?? true });
  if (outcome === 'succeeded') return invoice;
  const intent = intentOf(state, invoice);
  const used = method ?? intent?.last_payment_error?.payment_method;
  if (!intent || !used)
    throw notAllowed('There is no payment method to pay this invoice with.', 'resource_missing', 'payment_method');
  throw cardFailure(intent, used, outcome);
}

function send({ state, id }: Call): Invoice {
  const invoice = state.store.get('invoice', id);
  if (invoice.status === 'draft') finalizeInvoice(state, invoice);
  state.events.record('invoice.sent', invoice);
  return invoice;
}

function close({ state, id }: Call, status: 'uncollectible' | 'void'): Invoice {
  const invoice = state.store.get('invoice', id);
  if (invoice.status !== 'open')
    throw notAllowed(`You can only pass in open invoices. This invoice is ${invoice.status ?? ''}.`);
  const intent = intentOf(state, invoice);
  if (status === 'void' && intent) state.events.changed(intent, { status: 'canceled', canceled_at: state.time.now() });
  const field = status === 'void' ? 'voided_at' : 'marked_uncollectible_at';
  return state.events.changed(
    invoice,
    {
      next_payment_attempt: null,
      status,
      status_transitions: { ...invoice.status_transitions, [field]: state.time.now() },
    },
    status === 'void' ? 'invoice.voided' : 'invoice.marked_uncollectible',
  );
}

function createItem({ state, params }: Call): InvoiceItem {
  const customer = customerOf(state, params.requiredText('customer'), 'customer');
  const amount = params.integer('amount');
  if (amount === undefined) throw missingParameter('amount');
  if (params.has('invoice')) throw invalidParameter('invoice', 'The fake adds items to the next invoice only.');
  return addInvoiceItem(state, {
    customer: customer.id,
    amount,
    currency: currencyOf(params),
    description: params.text('description') ?? null,
    metadata: params.metadata(),
  });
}
