import { z } from 'zod';
import { operatorSettingSchema } from '../../../lambdas/contracts/storage/catalog-changes';
import { proposalIdSchema } from '../../../lambdas/contracts/storage/ids';

const CHANGES_SHOWN_MAX = 10_000;

const limit = z.coerce
  .number('The limit must be a whole number.')
  .pipe(
    z
      .int('The limit must be a whole number.')
      .min(1, 'The limit must be at least 1.')
      .max(CHANGES_SHOWN_MAX, `The limit must be at most ${CHANGES_SHOWN_MAX}.`),
  );

/**
 * `file` is an absolute path, because the process that reads it may run in another directory. Without it the command
 * uses the compiled list.
 */
const priceList = { file: z.string().optional(), complete: z.boolean() };

const change = {
  from: z.iso.datetime('Write the time as in 2027-01-01T00:00:00Z.').optional(),
  version: z.coerce
    .number('The version must be a whole number.')
    .pipe(z.int('The version must be a whole number.').min(0, 'The version must not be negative.'))
    .optional(),
};

/** The catalog commands as they are sent to the process that owns the data folder. */
export const CATALOG_COMMANDS = [
  z.strictObject({ name: z.literal('catalog-show') }),
  z.strictObject({ name: z.literal('catalog-changes'), limit }),
  z.strictObject({ name: z.literal('catalog-diff'), ...priceList }),
  z.strictObject({ name: z.literal('catalog-propose'), ...priceList }),
  z.strictObject({
    name: z.literal('catalog-approve'),
    proposalId: proposalIdSchema,
    models: z.array(z.string()).optional(),
    ...change,
  }),
  z.strictObject({ name: z.literal('catalog-set'), setting: operatorSettingSchema, ...change }),
] as const;

export type CatalogCommand = z.infer<(typeof CATALOG_COMMANDS)[number]>;

export const isCatalogCommand = (command: { readonly name: string }): command is CatalogCommand =>
  command.name.startsWith('catalog-');
