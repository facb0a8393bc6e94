import type { Discount, Invoice, Subscription } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { couponOf } from './coupons';
import { draftInvoice, type InvoiceDraft } from './draft-invoice';
import type { LineDraft } from './invoice-lines';
import { takePendingItems } from './pending-items';

/** Draws up the invoice of a subscription: the positions given, and whatever was left for the next invoice. */
export function invoiceSubscription(
  state: StripeState,
  subscription: Subscription,
  billingReason: InvoiceDraft['billingReason'],
  lines: readonly LineDraft[],
): Invoice {
  const customer = state.store.get('customer', subscription.customer);
  const pending = takePendingItems(state, customer.id, subscription.id);
  const invoice = draftInvoice(state, {
    customer,
    currency: subscription.currency,
    lines: [...pending.lines, ...lines],
    billingReason,
    automaticTax: subscription.automatic_tax.enabled,
    defaultPaymentMethod: subscription.default_payment_method,
    discount: discountOf(state, subscription),
    subscription: { id: subscription.id, metadata: { ...subscription.metadata } },
  });
  pending.claimFor(invoice.id);
  state.events.changed(subscription, { latest_invoice: invoice.id });
  return invoice;
}

/** One position for each item, over its current period. */
export const periodLines = (subscription: Subscription): LineDraft[] =>
  subscription.items.data.map((item) => {
    const { price, quantity = 1 } = item;
    return {
      amount: (price.unit_amount ?? 0) * quantity,
      description: `${quantity} × ${price.nickname ?? price.id}`,
      price,
      quantity,
      period: { start: item.current_period_start, end: item.current_period_end },
      subscription: subscription.id,
      subscriptionItem: item.id,
    };
  });

/** The discount that applies now. One that applies once ends with its first invoice. */
function discountOf(state: StripeState, subscription: Subscription): Discount | undefined {
  const discounts = subscription.discounts.map((id) => state.store.get('discount', id));
  const now = state.time.now();
  const found = discounts.find(({ end }) => end === null || now < end);
  if (found && couponOf(state, found).duration === 'once') {
    state.events.changed(found, { end: now });
    state.events.changed(subscription, { discounts: subscription.discounts.filter((id) => id !== found.id) });
  }
  return found;
}
