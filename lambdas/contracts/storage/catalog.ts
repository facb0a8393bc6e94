import { z } from 'zod';
import { UNITS } from './units';

/** The dialects that provider settings can name. What each of them is, lambdas/domain/dialects says. */
export const DIALECT_IDS = ['openai', 'anthropic'] as const;
export type DialectId = (typeof DIALECT_IDS)[number];

/** The metered endpoints, as the catalog, key scopes, holds and usage records name them. */
export const ENDPOINT_IDS = ['chat', 'messages', 'embeddings'] as const;
export type EndpointId = (typeof ENDPOINT_IDS)[number];

/** Pico-dollars (1e-12 USD) per token, by unit. JSON has no bigint, so a safe integer here. */
const unitPricesSchema = z.strictObject({
  ...Object.fromEntries(UNITS.map((unit) => [unit, z.int().nonnegative().optional()])),
} as Record<(typeof UNITS)[number], z.ZodOptional<z.ZodInt>>);

/** A tier holds for the whole request when its whole prompt is above `abovePromptTokens`. */
const priceTierSchema = z.strictObject({
  abovePromptTokens: z.int().nonnegative(),
  picoPerToken: unitPricesSchema.refine((prices) => prices.input !== undefined, 'must have a price for input'),
});

const rises = (values: readonly number[]): boolean =>
  values.every((value, at) => at === 0 || value > (values[at - 1] ?? value));

/** In rising order; the first is above 0 tokens. */
export const priceTiersSchema = z
  .array(priceTierSchema)
  .min(1)
  .refine((tiers) => tiers[0]?.abovePromptTokens === 0, 'must begin at 0 tokens')
  .refine((tiers) => rises(tiers.map((tier) => tier.abovePromptTokens)), 'must be in rising order');

/** Effective from `from` (inclusive, UTC) until the next version's. Never edited: a change is a new version. */
const priceVersionSchema = z.strictObject({
  /** Names these very prices: a charge names it, and can be recomputed from it. */
  version: z.string().min(1),
  from: z.iso.datetime(),
  tiers: priceTiersSchema,
});

/** What a model is, beside its id and its prices. */
export const modelDefinitionSchema = z.strictObject({
  /** Other exact names of the same model, dated snapshots for one. */
  aliases: z.array(z.string().min(1)),
  endpoints: z.array(z.enum(ENDPOINT_IDS)).min(1),
  /** The most tokens a prompt can have. It bounds what a request can cost, so it may be too high and never too low. */
  contextTokens: z.int().positive(),
  /** The most tokens one answer can have; 0 for embeddings. It bounds what a request can cost, as `contextTokens` does. */
  outputTokensMax: z.int().nonnegative(),
});

const modelSchema = z.strictObject({
  id: z.string().min(1),
  ...modelDefinitionSchema.shape,
  /** In rising order of `from`. */
  prices: z
    .array(priceVersionSchema)
    .min(1)
    .refine((versions) => rises(versions.map(({ from }) => Date.parse(from))), 'must be in rising order'),
});

export const catalogSchema = z.strictObject({
  /** Where the prices come from: package and version. */
  source: z.string(),
  /** By provider id, `openai` for one. */
  providers: z.record(z.string(), z.array(modelSchema)),
});

/**
 * Versions that price nothing any more and that a past charge may name: what it takes to recompute that charge.
 * Kept apart from the catalog, so that no Lambda carries them.
 */
export const retiredPricesSchema = z
  .array(priceVersionSchema)
  .refine(
    (versions) => new Set(versions.map(({ version }) => version)).size === versions.length,
    'must name each once',
  );

/** Where a provider processes what it is sent, as the operator names it: `eu-central-1` or `eu` for one. */
export const regionSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be lower-case letters, digits and hyphens, such as eu or eu-central-1');

/** What the operator knows of a provider; keys can be bound to it. */
export const providerPromises = {
  /** Where it processes what it is sent. @default unknown: no key that is bound to a region is served there */
  region: regionSchema.optional(),
  /** Whether it keeps nothing of a request. @default false */
  zeroDataRetention: z.boolean().optional(),
};

/** An upstream that this deployment may call. Its key is a secret and lives elsewhere. */
export const providerSettingsSchema = z.strictObject({
  id: z.string().min(1),
  dialect: z.enum(DIALECT_IDS),
  baseUrl: z.url(),
  /** Whose price list applies. @default the provider's own id */
  catalog: z.string().min(1).optional(),
  ...providerPromises,
});

export type UnitPrices = z.infer<typeof unitPricesSchema>;
export type PriceTier = z.infer<typeof priceTierSchema>;
export type PriceVersion = z.infer<typeof priceVersionSchema>;
export type ModelDefinition = z.infer<typeof modelDefinitionSchema>;
export type Model = z.infer<typeof modelSchema>;
export type CatalogData = z.infer<typeof catalogSchema>;
export type ProviderSettings = Readonly<z.infer<typeof providerSettingsSchema>>;
