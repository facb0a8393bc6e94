import Stripe from 'stripe';
import type { ChargeOutcome, OffSessionCharge } from '../../domain/payments/processor';
import { found } from './found';
import { CHARGE, metadataOf } from './metadata';

const { StripeCardError, StripeIdempotencyError, StripeInvalidRequestError } = Stripe.errors;

/** Charges the customer's saved payment method. Its default comes first, then the one that was saved last. */
export async function chargeOffSession(
  stripe: Stripe,
  deployment: string,
  { accountId, customerId, creditCents, idempotencyKey }: OffSessionCharge,
): Promise<ChargeOutcome> {
  const method = await paymentMethodOf(stripe, customerId);
  if (method === undefined) return { kind: 'no_method' };
  try {
    const intent = await stripe.paymentIntents.create(
      {
        amount: Number(creditCents),
        currency: 'usd',
        customer: customerId,
        payment_method: method,
        off_session: true,
        confirm: true,
        metadata: { ...metadataOf({ deployment, accountId, creditCents }), [CHARGE]: idempotencyKey },
      },
      { idempotencyKey },
    );
    return outcomeOf(intent);
  } catch (error) {
    if (error instanceof StripeCardError) return declinedBy(error);
    // The payment method has changed since an earlier attempt, which decides.
    if (error instanceof StripeIdempotencyError) return earlierOutcome(stripe, customerId, idempotencyKey);
    // Stripe refuses what it cannot charge, such as a payment method that was detached, as often as it is asked.
    if (error instanceof StripeInvalidRequestError) return { kind: 'declined', paymentId: undefined };
    throw error;
  }
}

async function paymentMethodOf(stripe: Stripe, customerId: string): Promise<string | undefined> {
  const customer = await found(() => stripe.customers.retrieve(customerId));
  if (customer === undefined || customer.deleted) return undefined;
  const chosen = customer.invoice_settings.default_payment_method;
  if (chosen) return typeof chosen === 'string' ? chosen : chosen.id;
  const methods = await stripe.customers.listPaymentMethods(customerId, { limit: 1 });
  return methods.data[0]?.id;
}

function outcomeOf({ id, status }: Stripe.PaymentIntent): ChargeOutcome {
  switch (status) {
    case 'succeeded':
      return { kind: 'succeeded', paymentId: id };
    case 'processing':
      return { kind: 'pending', paymentId: id };
    case 'requires_action':
      return { kind: 'authentication_required', paymentId: id };
    default:
      return { kind: 'declined', paymentId: id };
  }
}

function declinedBy({ code, payment_intent: intent }: Stripe.errors.StripeCardError): ChargeOutcome {
  const kind = code === 'authentication_required' ? 'authentication_required' : 'declined';
  return { kind, paymentId: intent?.id };
}

async function earlierOutcome(stripe: Stripe, customerId: string, charge: string): Promise<ChargeOutcome> {
  for await (const intent of stripe.paymentIntents.list({ customer: customerId, limit: 100 })) {
    if (intent.metadata[CHARGE] === charge) return outcomeOf(intent);
  }
  return { kind: 'declined', paymentId: undefined };
}
