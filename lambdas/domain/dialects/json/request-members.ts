import { z } from 'zod';

// The members that several endpoints read. A schema lists only the members that decide what a request may cost and
// where it goes. Everything else in a body is between the client and the provider, and passes through unread.

/** A refusal with these words means that the gateway does not offer something, not that the request is wrong. */
export const NOT_SUPPORTED = 'is not supported';
/** The reason for refusing a parameter that makes the provider store content. */
export const STORED = `${NOT_SUPPORTED}: it would make the provider keep content`;
/** The reason for refusing a parameter that the provider charges for but the catalog has no price for. */
export const UNPRICED = `${NOT_SUPPORTED}: it has no price here`;

export const modelName = z
  .string('model must be a string')
  .min(1, 'model must not be empty')
  .max(256, 'model is too long');
export const streamFlag = z.boolean('stream must be true or false').nullish();
/** Zero is passed on: what it means is the provider's to say. */
export const tokenLimit = z
  .int('must be a whole number')
  .nonnegative('must not be negative')
  .max(100_000_000, 'is too large');

/** A parameter that may be absent, null or false. */
export const never = (why: string) => z.union([z.null(), z.literal(false)], why).optional();

/** A member that is not parsed: `readJson` has checked its first byte. */
export const unparsed = (otherwise: string) => z.literal(true, otherwise);

/**
 * Tiers other than the standard one have other prices; without a price a request is refused before egress.
 * @param standard the names of the standard tier, and of a choice that never leaves it
 */
export const serviceTier = (standard: readonly string[]) =>
  z.enum(standard, `service_tier other than standard ${UNPRICED}`).nullish();
