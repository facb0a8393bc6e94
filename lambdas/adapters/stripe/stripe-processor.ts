import Stripe from 'stripe';
import type {
  BalanceMovement,
  ChargeOutcome,
  Checkout,
  EarlierCharge,
  EventObject,
  InvoiceView,
  IssuedInvoice,
  OffSessionCharge,
  OwnedSubscription,
  PaidElsewhere,
  PaidPeriod,
  PaymentProcessor,
  ProcessedPayment,
  ProcessedSubscription,
  ProcessorPrice,
  Purchase,
} from '../../domain/payments/processor';
import { RefundRefused } from '../../domain/payments/processor-errors';
import { SECOND_MS } from '../../domain/clock';
import { chargeOffSession, findCharge } from './charge-off-session';
import { ACCOUNT, CREDIT_CENTS, DEPLOYMENT, metadataOf, REFUND } from './metadata';
import { paidElsewhereBy, paidPeriodsOf } from './invoice-period';
import { issuedInvoicesOf, readInvoicePage } from './issued-invoices';
import { deleteCustomer, endDealings } from './end-customer';
import { movementOf } from './movement-of';
import { paymentsOfObject } from './payments-of-object';
import { readPayment } from './read-payment';
import { callStripe } from './stripe-client';
import {
  closePage,
  readPrice,
  readSubscription,
  readSubscriptions,
  subscribeOnPage,
  subscriptionsOfObject,
} from './subscriptions';
import { updateCustomer } from './update-customer';

export interface StripeProcessorOptions {
  readonly stripe: Stripe;
  /** Identifies this deployment in Stripe's metadata. Several deployments can share an account. */
  readonly deployment: string;
  /** Whether Stripe adds tax to purchases. */
  readonly automaticTax: boolean;
}

/** The payment processor of a deployment: Stripe. */
export class StripeProcessor implements PaymentProcessor {
  readonly #options: StripeProcessorOptions;

  constructor(options: StripeProcessorOptions) {
    this.#options = options;
  }

  payment(paymentId: string): Promise<ProcessedPayment | undefined> {
    return callStripe(() => readPayment(this.#options.stripe, paymentId));
  }

  paymentsOf({ objectId }: EventObject): Promise<readonly string[]> {
    return callStripe(() => paymentsOfObject(this.#options.stripe, objectId));
  }

  async createCustomer(customer: { readonly accountId: string; readonly idempotencyKey: string }): Promise<string> {
    const { stripe, deployment } = this.#options;
    const { accountId, idempotencyKey } = customer;
    const metadata = { [DEPLOYMENT]: deployment, [ACCOUNT]: accountId };
    const { id } = await callStripe(() => stripe.customers.create({ metadata }, { idempotencyKey }));
    return id;
  }

  updateCustomer(update: Parameters<PaymentProcessor['updateCustomer']>[0]): Promise<void> {
    return updateCustomer(this.#options.stripe, update);
  }

  endDealings(customerId: string): Promise<void> {
    return endDealings(this.#options.stripe, customerId);
  }

  deleteCustomer(customerId: string): Promise<void> {
    return deleteCustomer(this.#options.stripe, customerId);
  }

  async createCheckout(purchase: Purchase): Promise<Checkout> {
    const { stripe, deployment, automaticTax } = this.#options;
    const { customerId, creditCents, savesMethod, successUrl, cancelUrl, idempotencyKey } = purchase;
    const metadata = metadataOf({ ...purchase, deployment });
    const session = await callStripe(() =>
      stripe.checkout.sessions.create(
        {
          mode: 'payment',
          customer: customerId,
          customer_update: { address: 'auto', name: 'auto' },
          billing_address_collection: 'required',
          line_items: [
            {
              quantity: 1,
              price_data: {
                currency: 'usd',
                unit_amount: Number(creditCents),
                tax_behavior: 'exclusive',
                product_data: { name: 'Credit for LLM requests' },
              },
            },
          ],
          automatic_tax: { enabled: automaticTax },
          // Otherwise Stripe may charge in the customer's own currency, and the wallet is in US dollars.
          adaptive_pricing: { enabled: false },
          payment_intent_data: { metadata, ...(savesMethod && { setup_future_usage: 'off_session' as const }) },
          invoice_creation: { enabled: true, invoice_data: { metadata } },
          metadata,
          success_url: successUrl,
          cancel_url: cancelUrl,
        },
        { idempotencyKey },
      ),
    );
    if (session.url === null) throw new Error('the checkout session has no page');
    return { checkoutId: session.id, url: session.url };
  }

  createSubscription(subscription: Parameters<PaymentProcessor['createSubscription']>[0]): Promise<Checkout> {
    return callStripe(() => subscribeOnPage(this.#options, subscription));
  }

  closeCheckout(checkoutId: string): Promise<void> {
    return callStripe(() => closePage(this.#options.stripe, checkoutId));
  }

  subscriptions(customerId: string): Promise<readonly ProcessedSubscription[]> {
    return callStripe(() => readSubscriptions(this.#options.stripe, customerId));
  }

  price(priceId: string): Promise<ProcessorPrice | undefined> {
    return callStripe(() => readPrice(this.#options.stripe, priceId));
  }

  paidElsewhere({ type, objectId }: EventObject): Promise<PaidElsewhere | undefined> {
    return callStripe(() => paidElsewhereBy(this.#options.stripe, { type, objectId }));
  }

  paidPeriods({ objectId }: EventObject): Promise<readonly PaidPeriod[]> {
    return callStripe(() => paidPeriodsOf(this.#options.stripe, objectId));
  }

  subscriptionsOf({ objectId }: EventObject): Promise<readonly string[]> {
    return callStripe(() => subscriptionsOfObject(this.#options.stripe, objectId));
  }

  subscription(subscriptionId: string): Promise<OwnedSubscription | undefined> {
    return callStripe(() => readSubscription(this.#options.stripe, subscriptionId));
  }

  issuedInvoices(objectId: string): Promise<readonly IssuedInvoice[]> {
    return callStripe(() => issuedInvoicesOf(this.#options.stripe, objectId));
  }

  invoicePage(invoiceId: string): Promise<string | undefined> {
    return callStripe(() => readInvoicePage(this.#options.stripe, invoiceId));
  }

  charge(charge: OffSessionCharge): Promise<ChargeOutcome> {
    const { stripe, deployment } = this.#options;
    return callStripe(() => chargeOffSession(stripe, deployment, charge));
  }

  earlierCharge(charge: EarlierCharge): Promise<ChargeOutcome | undefined> {
    return callStripe(() => findCharge(this.#options.stripe, charge));
  }

  async refund(refund: {
    readonly refundId: string;
    readonly paymentId: string;
    readonly cents: bigint;
    readonly creditCents: bigint;
  }): Promise<void> {
    const { stripe } = this.#options;
    const { refundId, paymentId, cents, creditCents } = refund;
    const metadata = { [REFUND]: refundId, [CREDIT_CENTS]: String(creditCents) };
    const params = { payment_intent: paymentId, amount: Number(cents), metadata };
    try {
      await callStripe(() => stripe.refunds.create(params, { idempotencyKey: refundId }));
    } catch (error) {
      throw error instanceof Stripe.errors.StripeInvalidRequestError ? new RefundRefused() : error;
    }
  }

  async createPortal(portal: { readonly customerId: string; readonly returnUrl: string }): Promise<string> {
    const params = { customer: portal.customerId, return_url: portal.returnUrl };
    const { url } = await callStripe(() => this.#options.stripe.billingPortal.sessions.create(params));
    return url;
  }

  async invoices(
    customerId: string,
    { limit, after }: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<{ readonly items: readonly InvoiceView[]; readonly hasMore: boolean }> {
    const params = { customer: customerId, limit, ...(after !== undefined && { starting_after: after }) };
    const page = await callStripe(() => this.#options.stripe.invoices.list(params));
    return { items: page.data.map(viewOf), hasMore: page.has_more };
  }

  async *movements(period: { readonly from: number; readonly to: number }): AsyncGenerator<BalanceMovement, void> {
    const { stripe } = this.#options;
    // Stripe counts whole seconds.
    const created = {
      gte: Math.floor(period.from / SECOND_MS),
      ...(Number.isFinite(period.to) && { lt: Math.ceil(period.to / SECOND_MS) }),
    };
    const params = { created, limit: 100, expand: ['data.source'] };
    let after: string | undefined;
    for (;;) {
      const startingAfter = after === undefined ? {} : { starting_after: after };
      const page = await callStripe(() => stripe.balanceTransactions.list({ ...params, ...startingAfter }));
      for (const transaction of page.data) yield movementOf(transaction);
      after = page.data.at(-1)?.id;
      if (!page.has_more || after === undefined) return;
    }
  }
}

function viewOf(invoice: Stripe.Invoice): InvoiceView {
  const taxCents = (invoice.total_taxes ?? []).reduce((sum, { amount }) => sum + amount, 0);
  return {
    invoiceId: invoice.id,
    number: invoice.number ?? undefined,
    state: invoice.status ?? 'draft',
    totalCents: BigInt(invoice.total),
    taxCents: BigInt(taxCents),
    at: invoice.created * SECOND_MS,
    pageUrl: invoice.hosted_invoice_url ?? undefined,
    pdfUrl: invoice.invoice_pdf ?? undefined,
  };
}
