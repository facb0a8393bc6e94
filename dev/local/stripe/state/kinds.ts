import type Stripe from 'stripe';

type Decimal = NonNullable<Stripe.Price['unit_amount_decimal']>;
interface Identified {
  readonly id: string;
  readonly object: string;
}

/** A reference holds an ID, never the object that `expand` puts there; a decimal is text, as it is on the wire. */
type WireValue<V> = Deep<string extends V ? Exclude<V, Identified> : V>;
type Deep<V> = V extends string
  ? V
  : V extends Decimal
    ? string
    : V extends readonly (infer Item)[]
      ? WireValue<Item>[]
      : V extends object
        ? Wire<V>
        : V;

/** A Stripe object as the API returns it when nothing is expanded. */
export type Wire<T> = { [Name in keyof T]: WireValue<T[Name]> };

export type Customer = Wire<Stripe.Customer>;
export type PaymentMethod = Wire<Stripe.PaymentMethod>;
export type PaymentIntent = Wire<Stripe.PaymentIntent>;
export type SetupIntent = Wire<Stripe.SetupIntent>;
export type Charge = Wire<Stripe.Charge>;
export type Refund = Wire<Stripe.Refund>;
export type Dispute = Wire<Stripe.Dispute>;
export type BalanceTransaction = Wire<Stripe.BalanceTransaction>;
export type CheckoutSession = Wire<Stripe.Checkout.Session>;
export type Product = Wire<Stripe.Product>;
export type Price = Wire<Stripe.Price>;
export type Plan = Wire<Stripe.Plan>;
export type SubscriptionItem = Wire<Stripe.SubscriptionItem>;
export type Subscription = Wire<Stripe.Subscription>;
export type InvoiceLine = Wire<Stripe.InvoiceLineItem>;
export type Invoice = Wire<Stripe.Invoice>;
export type InvoiceItem = Wire<Stripe.InvoiceItem>;
export type InvoicePayment = Wire<Stripe.InvoicePayment>;
export type Coupon = Wire<Stripe.Coupon>;
export type PromotionCode = Wire<Stripe.PromotionCode>;
export type Discount = Wire<Stripe.Discount>;
export type PortalSession = Wire<Stripe.BillingPortal.Session>;
export type WebhookEndpoint = Wire<Stripe.WebhookEndpoint>;
export type LineItem = Omit<Wire<Stripe.LineItem>, 'price'> & { price: Price };
export type Address = Stripe.Address;

export interface StripeEvent {
  id: string;
  object: 'event';
  api_version: string;
  created: number;
  data: { object: object; previous_attributes?: object };
  livemode: false;
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null };
  type: string;
}

export interface List<T> {
  object: 'list';
  data: T[];
  has_more: boolean;
  url: string;
}

/** Everything that the API serves, by its `object`. */
export interface Kinds {
  balance_transaction: BalanceTransaction;
  'billing_portal.session': PortalSession;
  charge: Charge;
  'checkout.session': CheckoutSession;
  coupon: Coupon;
  customer: Customer;
  discount: Discount;
  dispute: Dispute;
  event: StripeEvent;
  invoice: Invoice;
  invoice_payment: InvoicePayment;
  invoiceitem: InvoiceItem;
  payment_intent: PaymentIntent;
  payment_method: PaymentMethod;
  price: Price;
  product: Product;
  promotion_code: PromotionCode;
  refund: Refund;
  setup_intent: SetupIntent;
  subscription: Subscription;
  webhook_endpoint: WebhookEndpoint;
}

export type Kind = keyof Kinds;
export type AnyObject = Kinds[Kind];
