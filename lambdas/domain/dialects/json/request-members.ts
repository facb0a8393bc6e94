import { z } from 'zod';

// The members that several endpoints read. A schema lists only the members that decide what a request may cost and
// where it goes: everything else in a body is the client's and the provider's, and passes through unread.

/** A refusal that says so is a request for something that the gateway does not offer, not a mistake in the request. */
export const NOT_SUPPORTED = 'is not supported';
/** Why a parameter is refused that has the provider store content. */
export const STORED = `${NOT_SUPPORTED}: it would make the provider keep content`;
/** Why a parameter is refused that the provider charges for and the catalog has no price for. */
export const UNPRICED = `${NOT_SUPPORTED}: it has no price here`;

export const modelName = z
  .string('model must be a string')
  .min(1, 'model must not be empty')
  .max(256, 'model is too long');
export const streamFlag = z.boolean('stream must be true or false').nullish();
export const tokenLimit = z
  .int('must be a whole number')
  .positive('must be at least 1')
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
