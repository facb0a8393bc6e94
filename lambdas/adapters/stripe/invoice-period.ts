import type Stripe from 'stripe';
import { SECOND_MS } from '../../domain/clock';
import type { PaidPeriod } from '../../domain/payments/processor';
import { found } from './found';
import { ACCOUNT, DEPLOYMENT } from './metadata';

/** The invoices that begin a period. Others settle a change within one. */
const BEGINNINGS: readonly (string | null)[] = ['subscription_create', 'subscription_cycle'];
/** The most lines of an invoice that Stripe returns at once. */
const LINES = 100;

/** The paid period of an invoice, by the prefix of its ID. Other objects have none. */
export async function paidPeriodsOf(stripe: Stripe, objectId: string): Promise<readonly PaidPeriod[]> {
  if (!objectId.startsWith('in_')) return [];
  const invoice = await found(() => stripe.invoices.retrieve(objectId));
  const period = invoice && (await periodOf(stripe, invoice));
  return period ? [period] : [];
}

/** The period of a subscription that a paid invoice begins; undefined if it is not paid, or begins none. */
export async function periodOf(stripe: Stripe, invoice: Stripe.Invoice): Promise<PaidPeriod | undefined> {
  const { id, status, billing_reason: reason, parent } = invoice;
  const metadata = parent?.subscription_details?.metadata;
  if (status !== 'paid' || !BEGINNINGS.includes(reason) || !metadata) return undefined;
  let last: Stripe.InvoiceLineItem | undefined;
  for await (const line of stripe.invoices.listLineItems(id, { limit: LINES })) {
    // A line of a proration settles the period before.
    if (line.parent?.subscription_item_details?.proration !== false) continue;
    if (last === undefined || line.period.end > last.period.end) last = line;
  }
  const price = last?.pricing?.price_details?.price;
  if (last === undefined || price === undefined) return undefined;
  return {
    invoiceId: id,
    deployment: metadata[DEPLOYMENT],
    accountId: metadata[ACCOUNT],
    priceId: typeof price === 'string' ? price : price.id,
    endsAt: last.period.end * SECOND_MS,
  };
}
