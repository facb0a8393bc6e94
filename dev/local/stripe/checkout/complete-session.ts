import { redeem } from '../billing/coupons';
import { draftInvoice } from '../billing/draft-invoice';
import { finalizeInvoice } from '../billing/finalize-invoice';
import type { CheckoutSession, Customer, Discount, PaymentIntent } from '../state/kinds';
import type { StripeState } from '../state/stripe-state';
import { noteOf } from './totals';
import type { Buyer } from './session-note';

/** Marks a session as complete: what it sells is paid, or its card is saved. */
export function completeSession(
  state: StripeState,
  session: CheckoutSession,
  buyer: Buyer,
  changes: Partial<CheckoutSession>,
): void {
  state.events.changed(session, {
    ...changes,
    customer_details: {
      address: buyer.address,
      business_name: null,
      email: buyer.email,
      individual_name: null,
      name: buyer.name,
      phone: null,
      tax_exempt: 'none',
      tax_ids: [],
    },
    payment_status: session.mode === 'setup' || session.amount_total === 0 ? 'no_payment_required' : 'paid',
    status: 'complete',
    url: null,
  });
  state.events.record('checkout.session.completed', session);
}

/** The customer's redemption of the coupon that a session was begun with, if any. */
export function redeemDiscount(
  state: StripeState,
  session: CheckoutSession,
  customer: string | null,
  subscription?: string,
): Discount | undefined {
  const { couponId, promotionCodeId } = noteOf(state, session);
  if (couponId === undefined) return undefined;
  return redeem(state, {
    coupon: state.store.get('coupon', couponId),
    customer,
    checkoutSession: session.id,
    ...(promotionCodeId !== undefined && { promotionCode: state.store.get('promotion_code', promotionCodeId) }),
    ...(subscription !== undefined && { subscription }),
  });
}

/** The invoice of a payment that has been made: `invoice_creation[enabled]`. */
export function invoicePayment(
  state: StripeState,
  session: CheckoutSession,
  customer: Customer,
  intent: PaymentIntent,
  discount?: Discount,
): string {
  const now = state.time.now();
  const { lines, invoice } = noteOf(state, session);
  const draft = draftInvoice(state, {
    customer,
    currency: intent.currency,
    lines: lines.map((line) => ({
      amount: line.amount_subtotal,
      description: line.description,
      price: line.price,
      quantity: line.quantity ?? 1,
      period: { start: now, end: now },
    })),
    billingReason: 'manual',
    automaticTax: session.automatic_tax.enabled,
    description: invoice.description,
    metadata: invoice.metadata,
    ...(discount && { discount }),
  });
  return finalizeInvoice(state, draft, intent).id;
}
