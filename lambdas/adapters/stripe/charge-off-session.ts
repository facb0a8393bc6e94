import Stripe from 'stripe';
import { MINUTE_MS, SECOND_MS } from '../../domain/clock';
import type { ChargeOutcome, EarlierCharge, OffSessionCharge } from '../../domain/payments/processor';
import { found } from './found';
import { CHARGE, metadataOf } from './metadata';

/** The most that Stripe lists at once. */
const PAGE = 100;
/** Our clock can be ahead of Stripe's. */
const AHEAD_MS_MAX = 10 * MINUTE_MS;

const NEVER_MADE: ChargeOutcome = { kind: 'declined', paymentId: undefined };

const { StripeCardError, StripeIdempotencyError, StripeInvalidRequestError } = Stripe.errors;

/** Charges the customer's saved payment method. Its default comes first, then the one that was saved last. */
export async function chargeOffSession(
  stripe: Stripe,
  deployment: string,
  charge: OffSessionCharge,
): Promise<ChargeOutcome> {
  const { accountId, customerId, creditCents, idempotencyKey } = charge;
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
        // Nobody is there whom a bank could send to a page and back.
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        metadata: { ...metadataOf({ deployment, accountId, creditCents }), [CHARGE]: idempotencyKey },
      },
      { idempotencyKey },
    );
    return outcomeOf(intent);
  } catch (error) {
    if (error instanceof StripeCardError) return declinedBy(error);
    // The payment method has changed since an earlier attempt, which decides.
    if (error instanceof StripeIdempotencyError) return (await findCharge(stripe, charge)) ?? NEVER_MADE;
    // Stripe refuses what it cannot charge, such as a payment method that was detached, as often as it is asked.
    if (error instanceof StripeInvalidRequestError) return NEVER_MADE;
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

/**
 * Finds a charge among the payments since it was first asked for. Its idempotency key would not tell: Stripe answers a key
 * with the first answer for a day, even if that was a failure of Stripe's own after the charge was made.
 * @returns undefined also if Stripe no longer knows the customer: the events of a payment credit it nevertheless
 */
export const findCharge = (stripe: Stripe, charge: EarlierCharge): Promise<ChargeOutcome | undefined> =>
  found(() => searchCharge(stripe, charge));

async function searchCharge(
  stripe: Stripe,
  { customerId, idempotencyKey, since }: EarlierCharge,
): Promise<ChargeOutcome | undefined> {
  const created = { gte: Math.floor((since - AHEAD_MS_MAX) / SECOND_MS) };
  for await (const intent of stripe.paymentIntents.list({ customer: customerId, created, limit: PAGE })) {
    if (intent.metadata[CHARGE] === idempotencyKey) return outcomeOf(intent);
  }
  return undefined;
}
