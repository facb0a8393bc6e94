import Stripe from 'stripe';
import { openStripeFake, type StripeFake, type StripeFakeOptions } from '../../../../dev/local/stripe/open-stripe-fake';

/** 2 November 2026, 10:00 UTC. */
export const START_MS = Date.UTC(2026, 10, 2, 10);

export interface LocalStripe {
  readonly fake: StripeFake;
  readonly stripe: Stripe;
}

/** A local Stripe with a clock that stands still, and the official client of it. */
export async function openLocalStripe(options: Partial<StripeFakeOptions> = {}): Promise<LocalStripe> {
  const fake = await openStripeFake({ clock: () => START_MS, ...options });
  return { fake, stripe: clientOf(fake.url) };
}

export function clientOf(url: string): Stripe {
  const { hostname, port } = new URL(url);
  return new Stripe('sk_test_local', {
    host: hostname,
    port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

/** A customer with a saved card, and the ID of that card. */
export async function customerWithCard(stripe: Stripe, card: string): Promise<{ customer: string; method: string }> {
  const { id: customer } = await stripe.customers.create({});
  const { id: method } = await stripe.paymentMethods.attach(card, { customer });
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: method } });
  return { customer, method };
}

/** A charge of a saved card, without its owner. */
export async function chargeOffSession(stripe: Stripe, card: string, amount = 2500): Promise<Stripe.PaymentIntent> {
  const { customer, method } = await customerWithCard(stripe, card);
  return stripe.paymentIntents.create({
    amount,
    currency: 'usd',
    customer,
    payment_method: method,
    off_session: true,
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  });
}

/** The error of a call that Stripe refuses. */
export async function refusalOf(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Stripe.errors.StripeError))
    throw new Error('The call was not refused by Stripe.', { cause: error });
  return error;
}

/** One line of a checkout over this many cents. */
export const credit = (cents: number): Stripe.Checkout.SessionCreateParams.LineItem => ({
  price_data: { currency: 'usd', unit_amount: cents, product_data: { name: 'Credit' } },
  quantity: 1,
});

export const SUCCESS_URL = 'http://127.0.0.1:9/success?session={CHECKOUT_SESSION_ID}';

/** The ID of an object that was not expanded, or that was. */
export function idOf(reference: string | { readonly id: string } | null | undefined): string {
  if (!reference) throw new Error('There is no object where one was expected.');
  return typeof reference === 'string' ? reference : reference.id;
}

/** Submits a form as a browser would, without following where it leads. */
export const press = (page: string, fields: Record<string, string>): Promise<Response> =>
  fetch(page, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });

/** The fields of a buyer on the checkout page. */
export const BUYER = {
  email: 'buyer@example.com',
  name: 'Ada',
  country: 'DE',
  line1: 'Weg 1',
  city: 'Berlin',
  postal_code: '10115',
};
/** A buyer who pays with a card that works. */
export const works = { ...BUYER, card: 'pm_card_visa' };
