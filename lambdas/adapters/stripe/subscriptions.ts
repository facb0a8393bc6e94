import type Stripe from 'stripe';
import { SECOND_MS } from '../../domain/clock';
import type {
  Checkout,
  OwnedSubscription,
  PaymentProcessor,
  ProcessedSubscription,
  ProcessorPrice,
} from '../../domain/payments/processor';
import { found } from './found';
import { ACCOUNT, DEPLOYMENT } from './metadata';

/** The most subscriptions of a customer that are looked at; the newest come first. */
const SUBSCRIPTIONS = 100;
const OVER: readonly string[] = ['canceled', 'incomplete_expired'];

/** Begins a subscription on a page of Stripe. Its invoices carry the subscription's metadata. */
export async function subscribeOnPage(
  options: { readonly stripe: Stripe; readonly deployment: string; readonly automaticTax: boolean },
  subscription: Parameters<PaymentProcessor['createSubscription']>[0],
): Promise<Checkout> {
  const { stripe, deployment, automaticTax } = options;
  const { accountId, customerId, priceId, successUrl, cancelUrl, idempotencyKey } = subscription;
  const metadata = { [DEPLOYMENT]: deployment, [ACCOUNT]: accountId };
  const { id, url } = await stripe.checkout.sessions.create(
    {
      mode: 'subscription',
      customer: customerId,
      customer_update: { address: 'auto', name: 'auto' },
      billing_address_collection: 'required',
      line_items: [{ price: priceId, quantity: 1 }],
      automatic_tax: { enabled: automaticTax },
      // Otherwise Stripe may charge in the customer's own currency, and the wallet is in US dollars.
      adaptive_pricing: { enabled: false },
      subscription_data: { metadata },
      metadata,
      success_url: successUrl,
      cancel_url: cancelUrl,
    },
    { idempotencyKey },
  );
  if (url === null) throw new Error('the checkout session has no page');
  return { checkoutId: id, url };
}

export async function readSubscriptions(stripe: Stripe, customerId: string): Promise<readonly ProcessedSubscription[]> {
  const { data } = await stripe.subscriptions.list({ customer: customerId, status: 'all', limit: SUBSCRIPTIONS });
  return data.map(processed);
}

export async function readSubscription(stripe: Stripe, subscriptionId: string): Promise<OwnedSubscription | undefined> {
  const subscription = await found(() => stripe.subscriptions.retrieve(subscriptionId));
  if (subscription === undefined) return undefined;
  const { metadata } = subscription;
  return { ...processed(subscription), deployment: metadata[DEPLOYMENT], accountId: metadata[ACCOUNT] };
}

/** The subscription that an object is about: itself, or that of an invoice. */
export async function subscriptionsOfObject(stripe: Stripe, objectId: string): Promise<readonly string[]> {
  if (objectId.startsWith('sub_')) return [objectId];
  if (!objectId.startsWith('in_')) return [];
  const invoice = await found(() => stripe.invoices.retrieve(objectId));
  const subscription = invoice?.parent?.subscription_details?.subscription;
  if (subscription === undefined) return [];
  return [typeof subscription === 'string' ? subscription : subscription.id];
}

function processed({ id, status, items, cancel_at: cancelAt }: Stripe.Subscription): ProcessedSubscription {
  const [item] = items.data;
  return {
    subscriptionId: id,
    priceId: item?.price.id,
    state: status,
    isOver: OVER.includes(status),
    periodEndsAt: item && item.current_period_end * SECOND_MS,
    endsAt: cancelAt === null ? undefined : cancelAt * SECOND_MS,
  };
}

export async function readPrice(stripe: Stripe, priceId: string): Promise<ProcessorPrice | undefined> {
  const price = await found(() => stripe.prices.retrieve(priceId));
  if (!price?.recurring || price.unit_amount === null) return undefined;
  const { interval, interval_count: intervalCount } = price.recurring;
  return { cents: BigInt(price.unit_amount), currency: price.currency, interval, intervalCount };
}
