import { z } from 'zod';
import { catalogSchema, ENDPOINT_IDS } from '../storage/catalog';
import {
  catalogChangeSchema,
  operatorSettingsSchema,
  proposalSchema,
  storedSettingSchema,
} from '../storage/catalog-changes';
import { openValue } from '../storage/open-values';
import { UNITS } from '../storage/units';
import { versionSchema } from '../storage/version';

const time = z.iso.datetime();
const name = z.string();
/** A decimal string, because JSON has no bigint. */
const pico = z.string().regex(/^\d+$/).describe('Pico-dollars (1e-12 USD) per token, as a decimal string.');

const setSchema = z.object({ from: time, setting: storedSettingSchema });

/** The operators' settings, both in force and scheduled. */
export const catalogViewSchema = z
  .object({
    version: versionSchema,
    approved: z.boolean().describe('Whether approved prices are in force. Otherwise, the compiled list is.'),
    compiledDiffersIn: z
      .int()
      .describe('The number of models whose compiled definition differs from the one in force.'),
    settings: z.array(setSchema),
  })
  .meta({ id: 'Catalog' });

const picoPerTokenSchema = z.partialRecord(z.enum(UNITS), pico);

export const catalogModelSchema = z
  .object({
    list: name,
    model: name,
    aliases: z.array(name),
    endpoints: z.array(openValue(ENDPOINT_IDS)),
    priceVersion: z
      .string()
      .optional()
      .describe('Absent before the first price takes effect; the model is not served.'),
    basisPoints: z.int().describe('The markup on the cost, in basis points.'),
    tiers: z.array(
      z.object({ abovePromptTokens: z.int(), picoPerToken: picoPerTokenSchema, costPicoPerToken: picoPerTokenSchema }),
    ),
  })
  .meta({ id: 'CatalogModel' });

export const catalogChangeViewSchema = catalogChangeSchema
  .pick({ number: true, at: true, action: true, proposalId: true })
  .extend({ settings: z.array(setSchema), models: z.array(name).describe('Models whose prices or limits changed.') })
  .meta({ id: 'CatalogChange' });

export const proposalViewSchema = proposalSchema
  .omit({ list: true })
  .extend({ source: z.string(), models: z.int() })
  .meta({ id: 'Proposal' });

const differenceSchema = z.object({
  list: name,
  model: name,
  kind: z.enum(['added', 'removed', 'changed']),
  definition: z.array(name).describe('The fields that differ, other than prices.'),
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

/** A proposal, compared with the catalog in force. */
export const reviewSchema = proposalViewSchema
  .extend({
    version: versionSchema.describe('The catalog’s version. Send it as `If-Match` when you approve.'),
    differences: z.array(differenceSchema),
  })
  .meta({ id: 'ProposalReview' });

const from = time.optional().describe('When the change takes effect. Defaults to the earliest possible time.');

export const catalogChangeRequestSchema = z.strictObject({ settings: operatorSettingsSchema, from });
export const proposalRequestSchema = z.strictObject({
  list: catalogSchema.optional().describe('Defaults to the compiled list.'),
  complete: z.boolean().optional().describe('Whether to remove models that are not in the list.'),
});
export const approvalRequestSchema = z.strictObject({
  models: z.array(z.string()).min(1).max(1_000).optional().describe('Models as <list>/<model>. Defaults to all.'),
  from,
});
export const catalogVersionViewSchema = z.object({ version: versionSchema }).meta({ id: 'CatalogVersion' });

export type CatalogModelView = z.infer<typeof catalogModelSchema>;
export type CatalogChangeView = z.infer<typeof catalogChangeViewSchema>;
