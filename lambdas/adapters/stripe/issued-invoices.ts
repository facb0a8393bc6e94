import type Stripe from 'stripe';
import type { IssuedInvoice } from '../../domain/payments/processor';
import { found } from './found';
import { ACCOUNT, DEPLOYMENT } from './metadata';

/** A draft can still change, and a void invoice asks for nothing. */
const ISSUED: readonly (string | null)[] = ['open', 'paid', 'uncollectible'];

/** The issued invoices that an object is about: itself, or the invoice of a payment. */
export async function issuedInvoicesOf(stripe: Stripe, objectId: string): Promise<readonly IssuedInvoice[]> {
  const invoices = await invoicesOf(stripe, objectId);
  return invoices.filter(({ status }) => ISSUED.includes(status)).map(issuedInvoice);
}

/** The page on which an invoice can be seen and paid without signing in. */
export const readInvoicePage = async (stripe: Stripe, invoiceId: string): Promise<string | undefined> =>
  (await found(() => stripe.invoices.retrieve(invoiceId)))?.hosted_invoice_url ?? undefined;

async function invoicesOf(stripe: Stripe, objectId: string): Promise<readonly Stripe.Invoice[]> {
  if (objectId.startsWith('in_')) {
    const invoice = await found(() => stripe.invoices.retrieve(objectId));
    return invoice ? [invoice] : [];
  }
  if (!objectId.startsWith('pi_')) return [];
  const payments = await stripe.invoicePayments.list({
    payment: { type: 'payment_intent', payment_intent: objectId },
    expand: ['data.invoice'],
  });
  return payments.data.flatMap(({ invoice }) => (typeof invoice === 'string' || 'deleted' in invoice ? [] : [invoice]));
}

function issuedInvoice({ id, total, currency, parent, metadata: own }: Stripe.Invoice): IssuedInvoice {
  // The invoice of a purchase has our metadata itself, and that of a subscription has them from the subscription.
  const metadata = parent?.subscription_details?.metadata ?? own ?? {};
  return {
    invoiceId: id,
    deployment: metadata[DEPLOYMENT],
    accountId: metadata[ACCOUNT],
    totalCents: BigInt(total),
    currency,
  };
}
