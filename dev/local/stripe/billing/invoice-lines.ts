import { newId } from '../state/ids';
import type { Coupon, InvoiceLine, Price } from '../state/kinds';
import { discountsOn } from './coupons';
import { taxOn } from './tax';

/** A position before its discount and tax. */
export interface LineDraft {
  /** In cents, negative if it is a credit. */
  readonly amount: number;
  readonly description: string | null;
  readonly price?: Price;
  readonly quantity: number;
  readonly period: { readonly start: number; readonly end: number };
  readonly invoiceItem?: string;
  readonly isProration?: boolean;
  readonly subscription?: string;
  readonly subscriptionItem?: string;
}

interface Terms {
  readonly invoice: string;
  readonly currency: string;
  readonly discount?: { readonly id: string; readonly coupon: Coupon };
  readonly taxRate: number;
}

export function invoiceLines(drafts: readonly LineDraft[], terms: Terms): InvoiceLine[] {
  const off = discountsOn(
    drafts.map(({ amount, isProration }) => (isProration ? 0 : amount)),
    terms.discount?.coupon,
  );
  return drafts.map((draft, index) => invoiceLine(draft, terms, off[index] ?? 0));
}

function invoiceLine(draft: LineDraft, { invoice, currency, discount, taxRate }: Terms, off: number): InvoiceLine {
  const { amount, price, quantity } = draft;
  const isInclusive = price?.tax_behavior === 'inclusive';
  const tax = taxOn(amount - off, { rate: taxRate, isInclusive });
  return {
    id: newId('il'),
    object: 'line_item',
    amount,
    currency,
    description: draft.description,
    discount_amounts: discount && off > 0 ? [{ amount: off, discount: discount.id }] : [],
    discountable: draft.isProration !== true,
    discounts: discount && off > 0 ? [discount.id] : [],
    invoice,
    livemode: false,
    metadata: {},
    parent: parentOf(draft),
    period: { ...draft.period },
    pretax_credit_amounts: [],
    pricing: price
      ? {
          price_details: { price: price.id, product: price.product },
          type: 'price_details',
          unit_amount_decimal: price.unit_amount_decimal,
        }
      : null,
    quantity,
    quantity_decimal: String(quantity),
    subscription: draft.subscription ?? null,
    subtotal: amount,
    taxes:
      taxRate === 0
        ? []
        : [
            {
              amount: tax,
              tax_behavior: isInclusive ? 'inclusive' : 'exclusive',
              tax_rate_details: { tax_rate: `txr_fake${taxRate}` },
              taxability_reason: 'standard_rated',
              taxable_amount: amount - off - (isInclusive ? tax : 0),
              type: 'tax_rate_details',
            },
          ],
  };
}

function parentOf(draft: LineDraft): InvoiceLine['parent'] {
  const { invoiceItem, isProration = false, subscription, subscriptionItem } = draft;
  if (invoiceItem === undefined && subscriptionItem !== undefined)
    return {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration: isProration,
        proration_details: null,
        subscription: subscription ?? null,
        subscription_item: subscriptionItem,
      },
      type: 'subscription_item_details',
    };
  return {
    invoice_item_details: {
      invoice_item: invoiceItem ?? '',
      proration: isProration,
      proration_details: null,
      subscription: subscription ?? null,
    },
    subscription_item_details: null,
    type: 'invoice_item_details',
  };
}

/** The sums over lines, in cents. `total` is what the customer owes. */
export function totalsOf(lines: readonly InvoiceLine[]): {
  subtotal: number;
  discount: number;
  tax: number;
  inclusiveTax: number;
  total: number;
} {
  const sum = (amounts: readonly number[]): number => amounts.reduce((a, b) => a + b, 0);
  const subtotal = sum(lines.map(({ amount }) => amount));
  const discount = sum(lines.flatMap((line) => (line.discount_amounts ?? []).map(({ amount }) => amount)));
  const taxes = lines.flatMap((line) => line.taxes ?? []);
  const tax = sum(taxes.map(({ amount }) => amount));
  const inclusiveTax = sum(taxes.filter((one) => one.tax_behavior === 'inclusive').map(({ amount }) => amount));
  return { subtotal, discount, tax, inclusiveTax, total: subtotal - discount + tax - inclusiveTax };
}
