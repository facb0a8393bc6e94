import { z } from 'zod';

/**
 * The members of a request that decide what it may cost and where it goes. Everything else in a body is the
 * client's and the provider's, and passes through unread.
 */
const model = z.string('model must be a string').min(1, 'model must not be empty').max(256, 'model is too long');
const stream = z.boolean('stream must be true or false').nullish();
const tokens = z.int('must be a whole number').positive('must be at least 1').max(100_000_000, 'is too large');

/** A refusal that says so is a request for something that we do not do, not a mistake in the request. */
export const NOT_SUPPORTED = 'is not supported';
const STORED = `${NOT_SUPPORTED}: it would make the provider keep content`;
const UNPRICED = `${NOT_SUPPORTED}: it has no price here`;

const never = (why: string) => z.union([z.null(), z.literal(false)], why).optional();
/** Tiers other than the standard one have other prices; without a price a request is refused before egress. */
const serviceTier = z
  .enum(['auto', 'default', 'standard_only'], `service_tier other than standard ${UNPRICED}`)
  .nullish();
/** Other gateways' and compatible providers' own: more models, or searches, that nobody priced. */
const vendorExtras = {
  models: never(`models ${UNPRICED}`),
  plugins: never(`plugins ${UNPRICED}`),
  search_parameters: never(`search_parameters ${UNPRICED}`),
};

export const chatRequestSchema = z.object({
  model,
  messages: z.literal(true, 'messages must be an array'),
  stream,
  stream_options: z
    .looseObject({ include_usage: z.boolean('include_usage must be true or false').nullish() })
    .nullish(),
  max_tokens: tokens.nullish(),
  max_completion_tokens: tokens.nullish(),
  n: z.int('n must be a whole number').min(1, 'n must be at least 1').max(128, 'n must be at most 128').nullish(),
  modalities: z.array(z.string()).nullish(),
  prediction: z.unknown().optional(),
  service_tier: serviceTier,
  store: never(`store ${STORED}`),
  background: never(`background ${STORED}`),
  previous_response_id: never(`previous_response_id ${STORED}`),
  web_search_options: never(`web_search_options ${UNPRICED}`),
  prompt_cache_retention: z.enum(['in-memory', 'in_memory'], `prompt_cache_retention ${STORED}`).nullish(),
  ...vendorExtras,
});

export const messagesRequestSchema = z.object({
  model,
  messages: z.literal(true, 'messages must be an array'),
  stream,
  max_tokens: tokens,
  service_tier: serviceTier,
  store: never(`store ${STORED}`),
  background: never(`background ${STORED}`),
  previous_response_id: never(`previous_response_id ${STORED}`),
  mcp_servers: never(`mcp_servers ${UNPRICED}`),
  container: never(`container ${STORED}`),
  speed: z.literal('standard', `speed ${UNPRICED}`).nullish(),
  inference_geo: never(`inference_geo ${UNPRICED}`),
});

export const embeddingsRequestSchema = z.object({
  model,
  input: z.literal(true, 'input must be a string or an array'),
  store: never(`store ${STORED}`),
});
