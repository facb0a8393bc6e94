import { z } from 'zod';
import { providerPaceSchema } from './provider-pace';
import { UNITS } from './units';

/** The dialects that provider settings can name. lambdas/domain/dialects defines each of them. */
export const DIALECT_IDS = ['openai', 'anthropic'] as const;
export type DialectId = (typeof DIALECT_IDS)[number];

/** The metered endpoints, as the catalog, key scopes, holds and usage records name them. */
export const ENDPOINT_IDS = ['chat', 'responses', 'messages', 'embeddings'] as const;
export type EndpointId = (typeof ENDPOINT_IDS)[number];

/** Pico-dollars (1e-12 USD) per token, by unit. They are safe integers because JSON has no bigint. */
const unitPricesSchema = z.strictObject({
  ...Object.fromEntries(UNITS.map((unit) => [unit, z.int().nonnegative().optional()])),
} as Record<(typeof UNITS)[number], z.ZodOptional<z.ZodInt>>);

/** If the prompt has more than `abovePromptTokens` tokens, the tier prices the whole request, not just the excess. */
const priceTierSchema = z.strictObject({
  abovePromptTokens: z.int().nonnegative(),
  picoPerToken: unitPricesSchema.refine((prices) => prices.input !== undefined, 'must have a price for input'),
});

const isAscending = (values: readonly number[]): boolean =>
  values.every((value, index) => index === 0 || value > (values[index - 1] ?? value));

/** In ascending order. The first tier starts at 0 tokens. */
export const priceTiersSchema = z
  .array(priceTierSchema)
  .min(1)
  .refine((tiers) => tiers[0]?.abovePromptTokens === 0, 'must begin at 0 tokens')
  .refine((tiers) => isAscending(tiers.map((tier) => tier.abovePromptTokens)), 'must be in ascending order');

/** In force from `from` (inclusive, UTC) until the next version's `from`. A version is never edited, only succeeded. */
const priceVersionSchema = z.strictObject({
  /** Identifies exactly these prices. A charge names its version, so that it can be recomputed. */
  version: z.string().min(1),
  from: z.iso.datetime(),
  tiers: priceTiersSchema,
});

/** A model's properties other than its ID and its prices. */
export const modelDefinitionSchema = z.strictObject({
  /** Other exact names of the same model, such as dated snapshots. */
  aliases: z.array(z.string().min(1)),
  endpoints: z.array(z.enum(ENDPOINT_IDS)).min(1),
  /** The most tokens that a prompt can have. It bounds the cost of a request, so it may be too high but never too low. */
  contextTokens: z.int().positive(),
  /** The most tokens that one answer can have; 0 for embeddings. Like `contextTokens`, it must never be too low. */
  outputTokensMax: z.int().nonnegative(),
});

const modelSchema = z.strictObject({
  id: z.string().min(1),
  ...modelDefinitionSchema.shape,
  /** In ascending order of `from`. */
  prices: z
    .array(priceVersionSchema)
    .min(1)
    .refine((versions) => isAscending(versions.map(({ from }) => Date.parse(from))), 'must be in ascending order'),
});

export const catalogSchema = z.strictObject({
  /** The origin of the prices: a package and its version. */
  source: z.string(),
  /** Models by provider ID, such as `openai`. */
  providers: z.record(z.string(), z.array(modelSchema)),
});

/**
 * Price versions that are no longer in force, kept so that past charges can be recomputed. They are stored apart from
 * the catalog so that no Lambda bundle contains them.
 */
export const retiredPricesSchema = z
  .array(priceVersionSchema)
  .refine(
    (versions) => new Set(versions.map(({ version }) => version)).size === versions.length,
    'must not contain a version twice',
  );

/** The region in which a provider processes requests. The operator chooses the name, such as `eu` or `eu-central-1`. */
export const regionSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be lower-case letters, digits and hyphens, such as eu or eu-central-1');

/** The operator's statements about a provider. The rules of a key can require them. */
export const providerPromises = {
  /** The region in which requests are processed. @default unknown, which excludes keys that are limited to regions */
  region: regionSchema.optional(),
  /** Whether the provider retains no request data. @default false */
  zeroDataRetention: z.boolean().optional(),
};

/** A provider that this deployment may call. Its API key is a secret and is stored in Secrets Manager. */
export const providerSettingsSchema = z.strictObject({
  id: z.string().min(1),
  dialect: z.enum(DIALECT_IDS),
  baseUrl: z.url(),
  /** The price list that applies to the provider. @default the provider's own ID */
  catalog: z.string().min(1).optional(),
  /** How fast the provider can produce output. @default by the host and the price list, see rolling/pace.ts */
  pace: providerPaceSchema.optional(),
  ...providerPromises,
});

export type UnitPrices = z.infer<typeof unitPricesSchema>;
export type PriceTier = z.infer<typeof priceTierSchema>;
export type PriceVersion = z.infer<typeof priceVersionSchema>;
export type ModelDefinition = z.infer<typeof modelDefinitionSchema>;
export type Model = z.infer<typeof modelSchema>;
export type CatalogData = z.infer<typeof catalogSchema>;
export type ProviderSettings = Readonly<z.infer<typeof providerSettingsSchema>>;
