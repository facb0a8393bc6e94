import Stripe from 'stripe';
import { z } from 'zod';
import { SECOND_MS } from '../../domain/clock';
import type { PaymentEvent } from '../../domain/payments/payment-events';

/** An event's signature is valid for this long before and after its time. */
const TOLERANCE_SECONDS = 300;

/** The event was not signed with one of our secrets, or not within the last minutes. */
export class InvalidSignature extends Error {
  override readonly name = 'InvalidSignature';
  constructor() {
    super('the signature of an event is invalid');
  }
}

/** Some objects, such as a balance, have no ID. */
const eventSchema = z.object({
  id: z.string().regex(/^evt_\w{1,200}$/),
  type: z.string().regex(/^[a-z0-9_.]{1,200}$/),
  data: z.object({ object: z.object({ id: z.string().regex(/^[a-z]+_\w{1,250}$/) }) }),
});

/**
 * Verifies an event and reads what is kept of it.
 * @param body the raw body: parsing and serialising it would change what was signed
 * @param signature the `stripe-signature` header
 * @param secrets during a rotation, there are two
 * @returns undefined for an event that is about nothing with an ID
 * @throws InvalidSignature
 */
export function verifiedEvent(
  body: string,
  signature: string | undefined,
  secrets: readonly string[],
  now: number,
): PaymentEvent | undefined {
  if (signature === undefined || !isRecent(signature, now)) throw new InvalidSignature();
  const isSigned = secrets.some((secret) => isSignedWith(secret, body, signature));
  if (!isSigned) throw new InvalidSignature();
  const event = eventSchema.safeParse(JSON.parse(body));
  if (!event.success) return undefined;
  const { id: eventId, type, data } = event.data;
  return { eventId, type, objectId: data.object.id };
}

/**
 * Stripe's package accepts any time in the future, so both directions are checked here. It verifies the last of several
 * times, so every one must be recent.
 */
function isRecent(signature: string, now: number): boolean {
  const times = [...signature.matchAll(/(?:^|,)t=([^,]*)/g)].map(([, time = '']) => time);
  const isNow = (time: string): boolean =>
    /^\d{1,12}$/.test(time) && Math.abs(now / SECOND_MS - Number(time)) <= TOLERANCE_SECONDS;
  return times.length > 0 && times.every(isNow);
}

function isSignedWith(secret: string, body: string, signature: string): boolean {
  // An empty secret would accept what anybody signs with an empty key.
  if (!secret.startsWith('whsec_') || secret.length < 16) return false;
  try {
    // The age was checked by our own clock.
    Stripe.webhooks.constructEvent(body, signature, secret, Number.MAX_SAFE_INTEGER);
    return true;
  } catch {
    return false;
  }
}
