import type Stripe from 'stripe';
import { shareOfRoundedUp } from '../../domain/payments/cents';
import type { ProcessedDispute, ProcessedPayment, ProcessedRefund } from '../../domain/payments/processor';
import { periodOf } from './invoice-period';
import { found } from './found';
import { ACCOUNT, centsOf, CREDIT_CENTS, DEPLOYMENT, REFUND } from './metadata';

/** The most refunds or disputes that one payment can have here; Stripe's pages are of at most 100. */
const PAGE = 100;

/** Reads a payment with its refunds and disputes. @returns undefined if there is no such payment */
export async function readPayment(stripe: Stripe, paymentId: string): Promise<ProcessedPayment | undefined> {
  const intent = await found(() => stripe.paymentIntents.retrieve(paymentId));
  if (intent === undefined) return undefined;
  const owner = intent.metadata[DEPLOYMENT] === undefined ? await ownerByInvoice(stripe, intent) : ownerOf(intent);
  const refunds: ProcessedRefund[] = [];
  for await (const refund of stripe.refunds.list({ payment_intent: paymentId, limit: PAGE })) {
    refunds.push(refundOf(refund));
  }
  const disputes: ProcessedDispute[] = [];
  for await (const dispute of stripe.disputes.list({ payment_intent: paymentId, limit: PAGE })) {
    disputes.push(disputeOf(dispute));
  }
  return {
    paymentId,
    state: (await isRefusedLater(stripe, intent)) ? 'refused' : stateOf(intent.status),
    currency: intent.currency,
    receivedCents: BigInt(intent.amount_received),
    ...owner,
    refunds,
    disputes,
  };
}

type Owner = Pick<ProcessedPayment, 'deployment' | 'accountId' | 'creditCents' | 'period'>;
const NOBODY: Owner = { deployment: undefined, accountId: undefined, creditCents: undefined };

const ownerOf = ({ metadata }: { readonly metadata: Stripe.Metadata }): Owner => ({
  deployment: metadata[DEPLOYMENT],
  accountId: metadata[ACCOUNT],
  creditCents: centsOf(metadata[CREDIT_CENTS]),
});

/**
 * A subscription's payments are made by Stripe. They buy as much credit as was paid without tax. If the customer's credit
 * at Stripe paid a part of the invoice, the payment includes its share of the tax.
 */
async function ownerByInvoice(stripe: Stripe, intent: Stripe.PaymentIntent): Promise<Owner> {
  const payments = await stripe.invoicePayments.list({
    payment: { type: 'payment_intent', payment_intent: intent.id },
    expand: ['data.invoice'],
  });
  const invoice = payments.data[0]?.invoice;
  if (invoice === undefined || typeof invoice === 'string' || 'deleted' in invoice) return NOBODY;
  const metadata = invoice.parent?.subscription_details?.metadata;
  if (!metadata) return NOBODY;
  const taxCents = (invoice.total_taxes ?? []).reduce((sum, { amount }) => sum + amount, 0);
  const [received, total] = [BigInt(intent.amount_received), BigInt(invoice.total)];
  const creditCents = total <= 0n ? received : shareOfRoundedUp(received, total - BigInt(taxCents), total);
  return { ...ownerOf({ metadata }), creditCents, period: await periodOf(stripe, invoice) };
}

/** A payer who is still on Stripe's page sees a refusal there, and can pay otherwise. */
async function isRefusedLater(
  stripe: Stripe,
  { id, status, metadata, ...intent }: Stripe.PaymentIntent,
): Promise<boolean> {
  const isOurs = metadata[DEPLOYMENT] !== undefined;
  if (!isOurs || status !== 'requires_payment_method' || intent.last_payment_error === null) return false;
  const { data } = await stripe.checkout.sessions.list({ payment_intent: id, limit: 1 });
  return data[0]?.status === 'complete';
}

function stateOf(status: Stripe.PaymentIntent.Status): ProcessedPayment['state'] {
  if (status === 'succeeded') return 'succeeded';
  return status === 'processing' ? 'pending' : 'unpaid';
}

function refundOf({ id, amount, status, metadata }: Stripe.Refund): ProcessedRefund {
  const isFailed = status === 'failed' || status === 'canceled';
  return {
    processorId: id,
    refundId: metadata?.[REFUND],
    cents: BigInt(amount),
    creditCents: centsOf(metadata?.[CREDIT_CENTS]),
    state: isFailed ? 'failed' : status === 'succeeded' ? 'succeeded' : 'pending',
  };
}

/** An inquiry (`warning_…`) moves no money. A prevented dispute was refunded instead. */
function disputeOf({ id, amount, status }: Stripe.Dispute): ProcessedDispute {
  const isInquiry = status.startsWith('warning_') || status === 'prevented';
  return { processorId: id, cents: BigInt(amount), state: isInquiry ? 'inquiry' : status === 'won' ? 'won' : 'taken' };
}
