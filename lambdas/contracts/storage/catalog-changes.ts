import { z } from 'zod';
import { type CatalogData, catalogSchema, ENDPOINT_IDS, modelDefinitionSchema, priceTiersSchema } from './catalog';
import { proposalIdSchema } from './ids';
import { openValue } from './open-values';
import { PERMISSION_IDS } from '../http/permissions';

/** A basis point is a hundredth of a percent: a markup of 10,000 doubles a price. */
export const BASIS_POINTS_MAX = 100_000;
const ROUTE_PROVIDERS_MAX = 20;
const SETTINGS_MAX = 50;

/** A new price takes effect no sooner than this after it was set, so that every process has learned of it by then. */
export const PRICE_LEAD_MS = 60_000;

const time = z.iso.datetime({ precision: 3, error: 'must be a time such as 2027-01-01T00:00:00.000Z' });

/** A model name that a client may send. */
export const modelNameSchema = z.string().regex(/^[\w.:/@+-]{1,128}$/, 'must be a model name');
const idSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'must start with a lower-case letter and contain only a-z, 0-9 and hyphens');
/** A model in a price list, such as `openai/gpt-5`. */
const listedModelSchema = z.string().regex(/^[a-z][a-z0-9-]{0,30}\/[\w.:/@+-]{1,128}$/, 'must be <list>/<model>');

export const routeSchema = z.strictObject({
  /** In the order in which they are tried. Providers that are not listed do not serve the model. */
  providers: z
    .array(idSchema)
    .min(1)
    .max(ROUTE_PROVIDERS_MAX)
    .refine((ids) => new Set(ids).size === ids.length, 'must not name a provider twice'),
  /** The endpoints that serve the model. @default all endpoints of the model's definition */
  endpoints: z.array(z.enum(ENDPOINT_IDS)).min(1).optional(),
});

const providerSetting = z.strictObject({ kind: z.literal('provider'), provider: idSchema, enabled: z.boolean() });
/** A hidden model is neither listed nor served under any of its names. */
const hiddenSetting = z.strictObject({ kind: z.literal('hidden'), model: modelNameSchema, hidden: z.boolean() });
/** An additional public name for a model. `null` removes the alias. */
const aliasSetting = z.strictObject({
  kind: z.literal('alias'),
  alias: modelNameSchema,
  model: modelNameSchema.nullable(),
});
/** `null` restores the configured route. */
const routeSetting = z.strictObject({
  kind: z.literal('route'),
  model: modelNameSchema,
  route: routeSchema.nullable(),
});
/** A markup on the provider's cost. A model's markup overrides its price list's, which overrides the one on `all`. */
const markupSetting = z.strictObject({
  kind: z.literal('markup'),
  on: z.union([z.literal('all'), idSchema, listedModelSchema], 'must be all, a price list or <list>/<model>'),
  /** `null` clears the override. */
  basisPoints: z.int().min(0).max(BASIS_POINTS_MAX).nullable(),
});

const operatorSettings = [providerSetting, hiddenSetting, aliasSetting, routeSetting, markupSetting] as const;

/** A setting that an operator can change directly. */
export const operatorSettingSchema = z.discriminatedUnion('kind', operatorSettings);
export const operatorSettingsSchema = z.array(operatorSettingSchema).min(1).max(SETTINGS_MAX);

const modelFields = { list: idSchema, model: modelNameSchema };

/** Every setting. Those that an operator cannot change directly result from the approval of a price list. */
export const settingSchema = z.discriminatedUnion('kind', [
  ...operatorSettings,
  /** From this time on, only approved models and prices are served, and the compiled list is only a proposal. */
  z.strictObject({ kind: z.literal('adoption') }),
  /** `null` removes the model. */
  z.strictObject({ kind: z.literal('model'), ...modelFields, definition: modelDefinitionSchema.nullable() }),
  /** The provider's prices. */
  z.strictObject({ kind: z.literal('cost'), ...modelFields, tiers: priceTiersSchema }),
  /** The account's prices: cost plus markup, fixed as one version that never changes. */
  z.strictObject({ kind: z.literal('price'), ...modelFields, version: z.string().min(1), tiers: priceTiersSchema }),
]);

/** A setting as it is read and shown: a later release may have made it, and this one ignores it. */
export const storedSettingSchema = z.union([settingSchema, z.looseObject({ kind: z.string() })]);

/** A setting applies from `from` until a later entry changes the same setting. */
const entrySchema = z.strictObject({ from: time, setting: settingSchema });
export const entriesSchema = z.array(entrySchema);

/**
 * One change of the catalog. It is never edited and is kept indefinitely, so it does not name the person who made it.
 * The audit log does, for as long as its events are retained.
 */
export const writtenChangeSchema = z.strictObject({
  /** Counted from 1. */
  number: z.int().positive(),
  at: time,
  action: z.enum(PERMISSION_IDS),
  proposalId: proposalIdSchema.optional(),
  entries: entriesSchema,
});

/** A change as it is read. */
export const catalogChangeSchema = z.object({
  ...writtenChangeSchema.shape,
  action: openValue(PERMISSION_IDS),
  entries: z.array(z.looseObject({ from: z.string(), setting: storedSettingSchema })),
});

const proposalFields = {
  id: proposalIdSchema,
  at: time,
  /** Whether approval removes the models that are not in the list. */
  complete: z.boolean(),
};

/** A price list that awaits approval. */
export const writtenProposalSchema = z.strictObject({ ...proposalFields, list: catalogSchema });

/** A proposal as it is read. Only a list that this release could have written can be approved. */
export const proposalSchema = z.object({
  ...proposalFields,
  list: z.looseObject({
    source: z.string(),
    providers: z.record(z.string(), z.array(z.looseObject({ id: z.string() }))),
  }),
});

export type OperatorSetting = z.infer<typeof operatorSettingSchema>;
export type Setting = z.infer<typeof settingSchema>;
export type Route = z.infer<typeof routeSchema>;
export type CatalogEntry = z.infer<typeof entrySchema>;
/** The entries may be of kinds that only a later release knows. */
export type CatalogChange = Omit<z.infer<typeof catalogChangeSchema>, 'entries'> & {
  readonly entries: readonly CatalogEntry[];
};
/** The list may have members that only a later release knows. */
export type Proposal = Omit<z.infer<typeof proposalSchema>, 'list'> & { readonly list: CatalogData };
