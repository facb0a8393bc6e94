import type Stripe from 'stripe';
import { SECOND_MS } from '../../domain/clock';
import type { EventObject, PaidElsewhere, PaidPeriod } from '../../domain/payments/processor';
import { found } from './found';
import { ACCOUNT, DEPLOYMENT } from './metadata';

/** The invoices that begin a period. Others settle a change within one. */
const BEGINNINGS: readonly (string | null)[] = ['subscription_create', 'subscription_cycle'];
/** The most lines of an invoice that Stripe returns at once. */
const LINES = 100;

/** The paid period of an invoice, by the prefix of its ID. Other objects have none. */
export async function paidPeriodsOf(stripe: Stripe, objectId: string): Promise<readonly PaidPeriod[]> {
  if (!objectId.startsWith('in_')) return [];
  const period = await periodOf(stripe, { id: objectId });
  return period ? [period] : [];
}

/** The event of an invoice that is paid in any way. */
const PAID = 'invoice.paid';
/** Stripe leaves this out of an invoice, and out of its events, unless a call asks for it. */
const OFF_STRIPE = 'amount_paid_off_stripe';

/** The invoice of an event, if an operator has marked it as paid outside of Stripe. */
export async function paidElsewhereBy(
  stripe: Stripe,
  { type, objectId }: EventObject,
): Promise<PaidElsewhere | undefined> {
  if (type !== PAID) return undefined;
  const invoice = await found(() => stripe.invoices.retrieve(objectId, { expand: [OFF_STRIPE] }));
  if (invoice === undefined || !isPaidElsewhere(invoice)) return undefined;
  const metadata = invoice.parent?.subscription_details?.metadata ?? invoice.metadata ?? {};
  return { invoiceId: objectId, deployment: metadata[DEPLOYMENT], accountId: metadata[ACCOUNT] };
}

const isPaidElsewhere = ({ amount_paid_off_stripe: cents = 0 }: Stripe.Invoice): boolean => cents > 0;

/** The period of a subscription that a paid invoice begins; undefined if it was not paid at Stripe, or begins none. */
export async function periodOf(
  stripe: Stripe,
  { id: invoiceId }: Pick<Stripe.Invoice, 'id'>,
): Promise<PaidPeriod | undefined> {
  const invoice = await found(() => stripe.invoices.retrieve(invoiceId, { expand: [OFF_STRIPE] }));
  if (invoice === undefined || isPaidElsewhere(invoice)) return undefined;
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
