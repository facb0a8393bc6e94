import { z } from 'zod';
import { InvalidRequest } from '../../errors/app-error';
import { BREAKPOINT_LIFETIME } from './cache-marks';
import type { JsonScan } from './scan-result';

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

/**
 * Members with which a provider keeps content, or bills more than the bound covers: other models, searches, summaries,
 * another speed or place. Compatible providers mix the names of several dialects and of other gateways, so no endpoint
 * that generates accepts any of them.
 */
export const REFUSED_MEMBERS = {
  store: never(`store ${STORED}`),
  background: never(`background ${STORED}`),
  previous_response_id: never(`previous_response_id ${STORED}`),
  container: never(`container ${STORED}`),
  thread: never(`thread ${STORED}`),
  prompt_cache_retention: z.enum(['in-memory', 'in_memory'], `prompt_cache_retention ${STORED}`).nullish(),
  prompt_cache_options: z
    .looseObject({ ttl: z.literal(BREAKPOINT_LIFETIME, `prompt_cache_options.ttl ${STORED}`).nullish() })
    .nullish(),
  web_search_options: never(`web_search_options ${UNPRICED}`),
  search_parameters: never(`search_parameters ${UNPRICED}`),
  enable_search: never(`enable_search ${UNPRICED}`),
  plugins: never(`plugins ${UNPRICED}`),
  mcp_servers: never(`mcp_servers ${UNPRICED}`),
  compaction: never(`compaction ${UNPRICED}`),
  // Each further model reads the prompt again. Claude Code knows this wording, and goes on without the member.
  fallbacks: never(`The \`fallbacks\` parameter ${UNPRICED}`),
  fallback: never(`The \`fallback\` parameter ${UNPRICED}`),
  models: never(`models ${UNPRICED}`),
  // They choose among providers or models whose prices differ.
  provider: never(`provider ${UNPRICED}`),
  providerOptions: never(`providerOptions ${UNPRICED}`),
  preset: never(`preset ${UNPRICED}`),
  speed: z.literal('standard', `speed ${UNPRICED}`).nullish(),
  // Any other place multiplies the price of every token.
  inference_geo: z.literal('global', `inference_geo other than global ${UNPRICED}`).nullish(),
  // The answer of a deferred completion would have to be fetched later, so that nothing here would see its usage.
  deferred: never(`deferred ${UNPRICED}`),
  best_of: z.literal(1, `best_of ${UNPRICED}`).nullish(),
  billing_policy: never(`billing_policy ${NOT_SUPPORTED}: the wallet pays for the request`),
};

/** Refused members whose objects are read. */
export const READ_MEMBERS = ['prompt_cache_options'];

/**
 * Refuses a part of the prompt that is to be cached for longer than usual, which also has no price.
 * @throws InvalidRequest
 */
export function refuseLongBreakpoints({ cacheMarks }: JsonScan): void {
  if (!cacheMarks.isLongBreakpoint) return;
  const name = 'prompt_cache_breakpoint';
  throw new InvalidRequest(
    `${name} with a ttl other than ${BREAKPOINT_LIFETIME} ${STORED}.`,
    name,
    'unsupported_parameter',
  );
}
