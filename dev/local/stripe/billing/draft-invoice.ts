import { newId } from '../state/ids';
import type { Customer, Discount, Invoice } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { couponOf } from './coupons';
import { invoiceLines, type LineDraft, totalsOf } from './invoice-lines';
import { taxRateOf } from './tax';

export interface InvoiceDraft {
  readonly customer: Customer;
  readonly currency: string;
  readonly lines: readonly LineDraft[];
  readonly billingReason: 'manual' | 'subscription_create' | 'subscription_cycle' | 'subscription_update';
  readonly automaticTax: boolean;
  readonly collectionMethod?: Invoice['collection_method'];
  readonly daysUntilDue?: number;
  readonly defaultPaymentMethod?: string | null;
  readonly description?: string | null;
  readonly discount?: Discount;
  readonly metadata?: Record<string, string>;
  readonly subscription?: { readonly id: string; readonly metadata: Record<string, string> };
}

export function draftInvoice(state: StripeState, draft: InvoiceDraft): Invoice {
  const { customer, currency, discount } = draft;
  const id = newId('in');
  const lines = invoiceLines(draft.lines, {
    invoice: id,
    currency,
    taxRate: draft.automaticTax ? taxRateOf(customer.address?.country) : 0,
    ...(discount && { discount: { id: discount.id, coupon: couponOf(state, discount) } }),
  });
  const now = state.time.now();
  const period = draft.lines[0]?.period ?? { start: now, end: now };
  return state.events.created({
    ...constantFields(draft),
    ...amounts(lines, discount),
    id,
    created: now,
    customer: customer.id,
    customer_address: customer.address ?? null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    lines: { object: 'list', data: lines, has_more: false, url: `/v1/invoices/${id}/lines` },
    due_date: draft.daysUntilDue === undefined ? null : now + draft.daysUntilDue * 86_400,
    parent: draft.subscription
      ? {
          quote_details: null,
          subscription_details: { metadata: draft.subscription.metadata, subscription: draft.subscription.id },
          type: 'subscription_details',
        }
      : null,
    period_end: draft.billingReason === 'subscription_cycle' ? period.start : now,
    period_start: draft.billingReason === 'subscription_cycle' ? period.start : now,
  });
}

type Amounts = 'amount_due' | 'amount_remaining' | 'discounts' | 'subtotal' | 'subtotal_excluding_tax' | 'total';

function amounts(
  lines: Invoice['lines']['data'],
  discount?: Discount,
): Pick<Invoice, Amounts | 'total_discount_amounts' | 'total_excluding_tax' | 'total_taxes'> {
  const { subtotal, discount: off, tax, inclusiveTax, total } = totalsOf(lines);
  const due = Math.max(0, total);
  return {
    amount_due: due,
    amount_remaining: due,
    discounts: discount ? [discount.id] : [],
    subtotal,
    subtotal_excluding_tax: subtotal - inclusiveTax,
    total,
    total_discount_amounts: discount ? [{ amount: off, discount: discount.id }] : [],
    total_excluding_tax: total - tax,
    total_taxes: lines.flatMap((line) => line.taxes ?? []),
  };
}

type Computed =
  | Amounts
  | 'created'
  | 'customer'
  | 'customer_address'
  | 'customer_email'
  | 'customer_name'
  | 'customer_phone'
  | 'due_date'
  | 'id'
  | 'lines'
  | 'parent'
  | 'period_end'
  | 'period_start'
  | 'total_discount_amounts'
  | 'total_excluding_tax'
  | 'total_taxes';

function constantFields(draft: InvoiceDraft): Omit<Invoice, Computed> {
  return {
    object: 'invoice',
    account_country: 'US',
    account_name: 'Tollgate (local)',
    account_tax_ids: null,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: true,
    automatic_tax: automaticTax(draft.automaticTax),
    automatically_finalizes_at: null,
    billing_reason: draft.billingReason,
    collection_method: draft.collectionMethod ?? 'charge_automatically',
    currency: draft.currency,
    custom_fields: null,
    customer_account: null,
    customer_shipping: null,
    customer_tax_exempt: 'none',
    customer_tax_ids: [],
    default_payment_method: draft.defaultPaymentMethod ?? null,
    default_source: null,
    default_tax_rates: [],
    description: draft.description ?? null,
    effective_at: null,
    ending_balance: null,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    livemode: false,
    metadata: draft.metadata ?? {},
    next_payment_attempt: null,
    number: null,
    on_behalf_of: null,
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: 0,
    statement_descriptor: null,
    status: 'draft',
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    test_clock: null,
    total_pretax_credit_amounts: [],
    webhooks_delivered_at: null,
  };
}

const automaticTax = (enabled: boolean): Invoice['automatic_tax'] => ({
  disabled_reason: null,
  enabled,
  liability: enabled ? { type: 'self' } : null,
  provider: enabled ? 'stripe' : null,
  status: enabled ? 'complete' : null,
});
