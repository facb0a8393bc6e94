import { z } from 'zod';
import { catalogSchema, ENDPOINT_IDS } from '../storage/catalog';
import { catalogChangeSchema, operatorSettingsSchema, proposalSchema, settingSchema } from '../storage/catalog-changes';
import { UNITS } from '../storage/units';
import { versionSchema } from '../storage/version';

const time = z.iso.datetime();
const name = z.string();
/** JSON has no bigint: digits. */
const pico = z.string().regex(/^\d+$/).describe('Pico-dollars (1e-12 USD) per token, as digits.');

const setSchema = z.object({ from: time, setting: settingSchema });

/** What operators set, in force or to come. */
export const catalogViewSchema = z
  .object({
    version: versionSchema,
    approved: z.boolean().describe('Whether approved prices are served; else the compiled list is.'),
    compiledDiffersIn: z.int().describe('In how many models the compiled list differs from what is served.'),
    settings: z.array(setSchema),
  })
  .meta({ id: 'Catalog' });

const picoPerTokenSchema = z.partialRecord(z.enum(UNITS), pico);

export const catalogModelSchema = z
  .object({
    list: name,
    model: name,
    aliases: z.array(name),
    endpoints: z.array(z.enum(ENDPOINT_IDS)),
    priceVersion: z.string().optional().describe('Absent before its first price begins: it is not served.'),
    basisPoints: z.int().describe('The markup on the cost.'),
    tiers: z.array(
      z.object({ abovePromptTokens: z.int(), picoPerToken: picoPerTokenSchema, costPicoPerToken: picoPerTokenSchema }),
    ),
  })
  .meta({ id: 'CatalogModel' });

export const catalogChangeViewSchema = catalogChangeSchema
  .pick({ number: true, at: true, action: true, proposalId: true })
  .extend({ settings: z.array(setSchema), models: z.array(name).describe('Models that got other prices or limits.') })
  .meta({ id: 'CatalogChange' });

export const proposalViewSchema = proposalSchema
  .omit({ list: true })
  .extend({ source: z.string(), models: z.int() })
  .meta({ id: 'Proposal' });

const differenceSchema = z.object({
  list: name,
  model: name,
  kind: z.enum(['added', 'removed', 'changed']),
  definition: z.array(name).describe('What else is different of it.'),
  prices: z.array(
    z.object({
      from: time,
      abovePromptTokens: z.int(),
      unit: z.enum(UNITS),
      beforePico: pico.optional(),
      afterPico: pico.optional(),
    }),
  ),
});

/** A proposal beside what is served now. */
export const reviewSchema = proposalViewSchema
  .extend({
    version: versionSchema.describe('The catalog’s, for `If-Match` of the approval.'),
    differences: z.array(differenceSchema),
  })
  .meta({ id: 'ProposalReview' });

const from = time.optional().describe('When it begins. The earliest moment unless given.');

export const catalogChangeRequestSchema = z.strictObject({ settings: operatorSettingsSchema, from });
export const proposalRequestSchema = z.strictObject({
  list: catalogSchema.optional().describe('The compiled list unless given.'),
  complete: z.boolean().optional().describe('Whether a model that the list does not have is to be removed.'),
});
export const approvalRequestSchema = z.strictObject({
  models: z.array(z.string()).min(1).max(1_000).optional().describe('As <list>/<model>; all unless given.'),
  from,
});
export const catalogVersionViewSchema = z.object({ version: versionSchema }).meta({ id: 'CatalogVersion' });

export type CatalogModelView = z.infer<typeof catalogModelSchema>;
export type CatalogChangeView = z.infer<typeof catalogChangeViewSchema>;
