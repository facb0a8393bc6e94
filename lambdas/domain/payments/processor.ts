import type { BillingDetails } from '../../contracts/http/accounts';

/**
 * The payment processor, as far as the wallet needs to know it. Amounts are US cents. IDs are the processor's own, and
 * none of them identifies a person.
 */

/** A refund, as the processor reports it now. */
export interface ProcessedRefund {
  readonly processorId: string;
  /** Our ID of the refund, if it was asked for here and not on the processor's own pages. */
  readonly refundId: string | undefined;
  readonly cents: bigint;
  /** The credit that it returns, if it was asked for here. */
  readonly creditCents: bigint | undefined;
  readonly state: 'pending' | 'succeeded' | 'failed';
}

/** A dispute, as the processor reports it now. */
export interface ProcessedDispute {
  readonly processorId: string;
  readonly cents: bigint;
  /**
   * - `inquiry`: no money has moved.
   * - `taken`: the bank took the money, and has not decided or has decided for its customer.
   * - `won`: the bank gave the money back.
   */
  readonly state: 'inquiry' | 'taken' | 'won';
  /** How often the bank took the money, and gave it back. It can take it again after an appeal. Neither count ever falls. */
  readonly takenTimes: number;
  readonly returnedTimes: number;
}

/** A payment, as the processor reports it now. */
export interface ProcessedPayment {
  readonly paymentId: string;
  /**
   * - `pending`: the bank decides later, as about a debit of a bank account.
   * - `refused`: the bank refused it after the customer had left the processor's page.
   * - `unpaid`: it failed otherwise, or nobody has tried.
   */
  readonly state: 'pending' | 'succeeded' | 'refused' | 'unpaid';
  /** In lower case, such as `usd`. */
  readonly currency: string;
  /** The amount that the payer was asked for. */
  readonly amountCents: bigint;
  readonly receivedCents: bigint;
  /** The deployment that asked for the payment. */
  readonly deployment: string | undefined;
  readonly accountId: string | undefined;
  /** The credit that the payment buys: what was paid without tax. */
  readonly creditCents: bigint | undefined;
  /** The period of a subscription that the payment pays for, if it begins one. */
  readonly period?: PaidPeriod | undefined;
  readonly refunds: readonly ProcessedRefund[];
  readonly disputes: readonly ProcessedDispute[];
}

/** A period of a subscription whose invoice is paid. */
export interface PaidPeriod {
  readonly invoiceId: string;
  readonly deployment: string | undefined;
  readonly accountId: string | undefined;
  readonly priceId: string;
  /** Epoch milliseconds. */
  readonly endsAt: number;
}

/** An invoice, or a part of one, that was not paid at the processor. */
export interface PaidElsewhere {
  readonly invoiceId: string;
  readonly deployment: string | undefined;
  readonly accountId: string | undefined;
}

/** The price of a subscription. */
export interface ProcessorPrice {
  readonly cents: bigint;
  /** In lower case, such as `usd`. */
  readonly currency: string;
  /** The price is for so many of these units. */
  readonly interval: string;
  readonly intervalCount: number;
}

/** A subscription, as the processor reports it now. */
export interface ProcessedSubscription {
  readonly subscriptionId: string;
  readonly priceId: string | undefined;
  /** Such as `active`, `past_due` or `canceled`. */
  readonly state: string;
  readonly isOver: boolean;
  /** Epoch milliseconds. */
  readonly periodEndsAt: number | undefined;
  /** Epoch milliseconds, if it was canceled for later. */
  readonly endsAt: number | undefined;
}

/** A subscription with the deployment and the account that it was begun for. */
export interface OwnedSubscription extends ProcessedSubscription {
  readonly deployment: string | undefined;
  readonly accountId: string | undefined;
}

/** An invoice that can no longer change, and asks for its payment or has it. */
export interface IssuedInvoice {
  readonly invoiceId: string;
  readonly deployment: string | undefined;
  readonly accountId: string | undefined;
  /** With tax. */
  readonly totalCents: bigint;
  /** In lower case, such as `usd`. */
  readonly currency: string;
}

/** A page at the processor on which a person pays. */
export interface Checkout {
  readonly checkoutId: string;
  readonly url: string;
}

/** A purchase of credit. */
export interface Purchase {
  readonly accountId: string;
  readonly customerId: string;
  /** Without tax. */
  readonly creditCents: bigint;
  /** Whether the payment method may be charged later without its owner. */
  readonly savesMethod: boolean;
  readonly successUrl: string;
  readonly cancelUrl: string;
  readonly idempotencyKey: string;
}

/** A charge that may have been asked for before. */
export interface EarlierCharge {
  readonly customerId: string;
  readonly idempotencyKey: string;
  /** When it was first asked for, in epoch milliseconds. */
  readonly since: number;
}

/** A charge of a saved payment method without its owner. */
export interface OffSessionCharge extends EarlierCharge {
  readonly accountId: string;
  readonly creditCents: bigint;
}

/** The result of such a charge. */
export type ChargeOutcome =
  | { readonly kind: 'succeeded' | 'pending'; readonly paymentId: string }
  /** The bank declined, or wants the owner to confirm. */
  | { readonly kind: 'declined' | 'authentication_required'; readonly paymentId: string | undefined }
  | { readonly kind: 'no_method' };

/**
 * A movement of money at the processor, before its fee. A negative amount left the operator's account. A payment about
 * which the bank decides later moves money at once, and back if it fails.
 */
export interface BalanceMovement {
  readonly movementId: string;
  readonly kind: 'payment' | 'payment_failed' | 'refund' | 'refund_failed' | 'dispute' | 'dispute_won' | 'other';
  readonly paymentId: string | undefined;
  readonly cents: bigint;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** An invoice or a receipt, as a list shows it. */
export interface InvoiceView {
  readonly invoiceId: string;
  readonly number: string | undefined;
  readonly state: string;
  readonly totalCents: bigint;
  readonly taxCents: bigint;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly pageUrl: string | undefined;
  readonly pdfUrl: string | undefined;
}

/** The thing that a webhook's event is about. */
export interface EventObject {
  readonly type: string;
  readonly objectId: string;
}

/**
 * Every method throws ProcessorUnavailable if the processor does not answer or answers with a fault of its own; the call
 * may then have had its effect. Repeating it with the same idempotency key has it once. A method that is about a customer
 * throws CustomerMissing if the processor has none of that ID; a charge has no payment method then, and no earlier outcome.
 */
export interface PaymentProcessor {
  /** @returns undefined if there is no such payment */
  payment(paymentId: string): Promise<ProcessedPayment | undefined>;
  /** The payments that an event concerns. */
  paymentsOf(object: EventObject): Promise<readonly string[]>;
  /** Creates a customer. @returns its ID */
  createCustomer(customer: { readonly accountId: string; readonly idempotencyKey: string }): Promise<string>;
  /** Replaces the billing details of a customer. It can be repeated. */
  updateCustomer(update: { readonly customerId: string; readonly details: BillingDetails }): Promise<void>;
  /** Ends a customer's subscriptions, and closes the pages on which they could still pay. It can be repeated. */
  endDealings(customerId: string): Promise<void>;
  /** Deletes a customer with their payment methods. The processor keeps invoices, as the law demands. It can be repeated. */
  deleteCustomer(customerId: string): Promise<void>;
  createCheckout(purchase: Purchase): Promise<Checkout>;
  /** A page on which a person subscribes. It closes the customer's earlier ones, so that only one can be paid. */
  createSubscription(
    subscription: Omit<Purchase, 'creditCents' | 'savesMethod'> & { readonly priceId: string },
  ): Promise<Checkout>;
  /** Closes a page on which nobody has paid. */
  closeCheckout(checkoutId: string): Promise<void>;
  /** The subscriptions of a customer, newest first. */
  subscriptions(customerId: string): Promise<readonly ProcessedSubscription[]>;
  /** @returns undefined if there is no such price of a subscription */
  price(priceId: string): Promise<ProcessorPrice | undefined>;
  /** The invoice that an event is about, if an operator has marked it as paid elsewhere. */
  paidElsewhere(object: EventObject): Promise<PaidElsewhere | undefined>;
  /** The paid periods of subscriptions that an event concerns. None is of an invoice that was paid elsewhere. */
  paidPeriods(object: EventObject): Promise<readonly PaidPeriod[]>;
  /** The subscriptions that an event concerns. @returns their IDs */
  subscriptionsOf(object: EventObject): Promise<readonly string[]>;
  /** @returns undefined if there is no such subscription */
  subscription(subscriptionId: string): Promise<OwnedSubscription | undefined>;
  /** The issued invoices that an object is about: itself, or the invoice of a payment. */
  issuedInvoices(objectId: string): Promise<readonly IssuedInvoice[]>;
  /** The page on which an invoice can be seen without signing in. Its URL is a secret, so it is stored nowhere. */
  invoicePage(invoiceId: string): Promise<string | undefined>;
  charge(charge: OffSessionCharge): Promise<ChargeOutcome>;
  /** The outcome of a charge that was asked for before. @returns undefined if it was never made */
  earlierCharge(charge: EarlierCharge): Promise<ChargeOutcome | undefined>;
  /** @throws RefundRefused when the processor refuses it for good */
  refund(refund: {
    readonly refundId: string;
    readonly paymentId: string;
    readonly cents: bigint;
    readonly creditCents: bigint;
  }): Promise<void>;
  /** A page on which the customer manages payment methods and subscriptions. @returns its URL */
  createPortal(portal: { readonly customerId: string; readonly returnUrl: string }): Promise<string>;
  invoices(
    customerId: string,
    page: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<{ readonly items: readonly InvoiceView[]; readonly hasMore: boolean }>;
  /** The movements of a period, in no useful order. @param period epoch milliseconds; `to` is exclusive */
  movements(period: { readonly from: number; readonly to: number }): AsyncGenerator<BalanceMovement, void>;
}
