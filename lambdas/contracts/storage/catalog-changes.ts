import { z } from 'zod';
import { catalogSchema, ENDPOINT_IDS, modelDefinitionSchema, priceTiersSchema } from './catalog';
import { proposalIdSchema } from './ids';
import { PERMISSION_IDS } from '../http/permissions';

/** A hundredth of a percent; 10,000 of them double a price. */
export const BASIS_POINTS_MAX = 100_000;
const ROUTE_PROVIDERS_MAX = 20;
const SETTINGS_MAX = 50;

/** A price has effect everywhere once every process knows of it: none begins sooner than this after it was made. */
export const PRICE_LEAD_MS = 60_000;

const time = z.iso.datetime({ precision: 3, error: 'must be a time such as 2027-01-01T00:00:00.000Z' });

/** A name that a client may send. */
export const modelNameSchema = z.string().regex(/^[\w.:/@+-]{1,128}$/, 'must be a model’s name');
const idSchema = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be lower-case letters, digits and hyphens');
/** A model of a price list: `openai/gpt-5`. */
const listedModelSchema = z.string().regex(/^[a-z][a-z0-9-]{0,30}\/[\w.:/@+-]{1,128}$/, 'must be <list>/<model>');

export const routeSchema = z.strictObject({
  /** In the order in which they are tried; no other provider serves the model. */
  providers: z
    .array(idSchema)
    .min(1)
    .max(ROUTE_PROVIDERS_MAX)
    .refine((ids) => new Set(ids).size === ids.length, 'must not name a provider twice'),
  /** Where the model is served. @default wherever it can be */
  endpoints: z.array(z.enum(ENDPOINT_IDS)).min(1).optional(),
});

const providerSetting = z.strictObject({ kind: z.literal('provider'), provider: idSchema, enabled: z.boolean() });
/** A model that is hidden is neither listed nor served, under any of its names. */
const hiddenSetting = z.strictObject({ kind: z.literal('hidden'), model: modelNameSchema, hidden: z.boolean() });
/** A public name of the deployment's own for a model; null takes it away. */
const aliasSetting = z.strictObject({
  kind: z.literal('alias'),
  alias: modelNameSchema,
  model: modelNameSchema.nullable(),
});
/** Null is as configured. */
const routeSetting = z.strictObject({
  kind: z.literal('route'),
  model: modelNameSchema,
  route: routeSchema.nullable(),
});
/** On what the provider costs. That of a model goes before that of its list, and that before the one of all. */
const markupSetting = z.strictObject({
  kind: z.literal('markup'),
  on: z.union([z.literal('all'), idSchema, listedModelSchema], 'must be all, a price list or <list>/<model>'),
  /** Null is none of its own. */
  basisPoints: z.int().min(0).max(BASIS_POINTS_MAX).nullable(),
});

const operatorSettings = [providerSetting, hiddenSetting, aliasSetting, routeSetting, markupSetting] as const;

/** What an operator sets by hand. */
export const operatorSettingSchema = z.discriminatedUnion('kind', operatorSettings);
export const operatorSettingsSchema = z.array(operatorSettingSchema).min(1).max(SETTINGS_MAX);

const ofModel = { list: idSchema, model: modelNameSchema };

/** Everything that can be set. What is not for an operator's hand follows from what was approved. */
export const settingSchema = z.discriminatedUnion('kind', [
  ...operatorSettings,
  /** From here on only approved models are served, at approved prices: the compiled list is a proposal like others. */
  z.strictObject({ kind: z.literal('adoption') }),
  /** Null is a model that was removed. */
  z.strictObject({ kind: z.literal('model'), ...ofModel, definition: modelDefinitionSchema.nullable() }),
  /** What the provider takes. */
  z.strictObject({ kind: z.literal('cost'), ...ofModel, tiers: priceTiersSchema }),
  /** What the customer pays: the cost and the markup of its moment, as one version that never changes. */
  z.strictObject({ kind: z.literal('price'), ...ofModel, version: z.string().min(1), tiers: priceTiersSchema }),
]);

/** A setting has its value from a moment on, until the next of the same. */
const entrySchema = z.strictObject({ from: time, setting: settingSchema });
export const entriesSchema = z.array(entrySchema);

/**
 * One change of the catalog, as it was made. Never edited. It is kept for good, so it does not say whose it was: the
 * audit log does, for as long as that is kept.
 */
export const catalogChangeSchema = z.strictObject({
  /** Counted from 1. */
  number: z.int().positive(),
  at: time,
  action: z.enum(PERMISSION_IDS),
  proposalId: proposalIdSchema.optional(),
  entries: entriesSchema,
});

/** A price list that waits for approval. */
export const proposalSchema = z.strictObject({
  id: proposalIdSchema,
  at: time,
  /** Whether a model that it does not have is to be removed. */
  complete: z.boolean(),
  list: catalogSchema,
});

export type OperatorSetting = z.infer<typeof operatorSettingSchema>;
export type Setting = z.infer<typeof settingSchema>;
export type Route = z.infer<typeof routeSchema>;
export type CatalogEntry = z.infer<typeof entrySchema>;
export type CatalogChange = z.infer<typeof catalogChangeSchema>;
export type Proposal = z.infer<typeof proposalSchema>;
