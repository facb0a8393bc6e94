import { z } from 'zod';

/**
 * How a provider passes its output on: `incremental` as it is produced, `buffered` at any later time, so that its pace
 * says nothing. `unknown` may be late, but no faster than the pace.
 */
export const DELIVERIES = ['incremental', 'buffered', 'unknown'] as const;

/** No slice of a hold is larger, so a provider with a larger burst has to count as buffered. */
const BURST_TOKENS_MAX = 32_768;
/** Thirty times the fastest provider; the limit catches a mistyped number. */
const TOKENS_PER_SECOND_MAX = 100_000;
/** A slower provider would let a request wait for weeks, which no timer does. */
const TOKENS_PER_SECOND_MIN = 10;

const atMost = (max: number): string => `must be at most ${max}`;

/** The most tokens that can be produced at once, beyond what the rate allows. */
export const burstTokensSchema = z
  .int('must be a whole number')
  .min(1, 'must be at least 1')
  .max(BURST_TOKENS_MAX, atMost(BURST_TOKENS_MAX));

/** The most output tokens a second of one choice, over any longer time. */
export const tokensPerSecondSchema = z
  .int('must be a whole number')
  .min(TOKENS_PER_SECOND_MIN, `must be at least ${TOKENS_PER_SECOND_MIN}`)
  .max(TOKENS_PER_SECOND_MAX, atMost(TOKENS_PER_SECOND_MAX));

export const deliverySchema = z.enum(DELIVERIES, 'must be incremental, buffered or unknown');

const paceFacts = {
  burstTokens: burstTokensSchema.optional(),
  tokensPerSecond: tokensPerSecondSchema.optional(),
  delivery: deliverySchema.optional(),
  /** Whether output is billed that the client never sees, such as reasoning. */
  hidesOutput: z.boolean().optional(),
};

/** The operator's statements about the pace of a provider. The facts of a model come before those of its provider. */
export const providerPaceSchema = z.strictObject({
  ...paceFacts,
  /** By the model's ID in the catalog. */
  models: z.record(z.string().min(1), z.strictObject(paceFacts)).optional(),
});

export type ProviderPace = Readonly<z.infer<typeof providerPaceSchema>>;
