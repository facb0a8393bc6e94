import { newId } from '../state/ids';
import type { InvoiceItem, Price } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import type { LineDraft } from './invoice-lines';

interface ItemDraft {
  readonly customer: string;
  readonly amount: number;
  readonly currency: string;
  readonly description: string | null;
  readonly metadata?: Record<string, string>;
  readonly price?: Price;
  readonly quantity?: number;
  readonly period?: { readonly start: number; readonly end: number };
  readonly isProration?: boolean;
  readonly subscription?: { readonly id: string; readonly item: string };
}

/** Adds a position to the customer's next invoice. */
export function addInvoiceItem({ events, time }: StripeState, draft: ItemDraft): InvoiceItem {
  const now = time.now();
  const { price, quantity = 1, subscription } = draft;
  return events.created({
    id: newId('ii'),
    object: 'invoiceitem',
    amount: draft.amount,
    currency: draft.currency,
    customer: draft.customer,
    customer_account: null,
    date: now,
    description: draft.description,
    discountable: draft.isProration !== true,
    discounts: [],
    invoice: null,
    livemode: false,
    metadata: draft.metadata ?? {},
    net_amount: draft.amount,
    parent: subscription
      ? {
          subscription_details: { subscription: subscription.id, subscription_item: subscription.item },
          type: 'subscription_details',
        }
      : null,
    period: draft.period ?? { start: now, end: now },
    pricing: price
      ? {
          price_details: { price: price.id, product: price.product },
          type: 'price_details',
          unit_amount_decimal: price.unit_amount_decimal,
        }
      : null,
    proration: draft.isProration ?? false,
    quantity,
    quantity_decimal: String(quantity),
    tax_rates: [],
    test_clock: null,
  });
}

interface Pending {
  readonly lines: readonly LineDraft[];
  readonly claimFor: (invoice: string) => void;
}

/** The items that wait for the next invoice of a customer, or of one of their subscriptions. */
export function takePendingItems({ store, events }: StripeState, customer: string, subscription?: string): Pending {
  const items = store
    .all('invoiceitem')
    .filter((item) => item.customer === customer && item.invoice === null && subscriptionOf(item) === subscription)
    .reverse();
  return {
    lines: items.map((item) => ({
      amount: item.amount,
      description: item.description,
      quantity: item.quantity,
      period: item.period,
      invoiceItem: item.id,
      isProration: item.proration,
      ...(subscription !== undefined && { subscription }),
    })),
    claimFor: (invoice) => {
      for (const item of items) events.changed(item, { invoice });
    },
  };
}

const subscriptionOf = (item: InvoiceItem): string | undefined => {
  const id = item.parent?.subscription_details?.subscription;
  return typeof id === 'string' ? id : undefined;
};
