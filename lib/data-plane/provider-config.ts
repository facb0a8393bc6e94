import { z } from 'zod';
import { PRICE_LISTS } from '../../lambdas/contracts/deployment/price-lists';
import { DIALECT_IDS, providerPromises } from '../../lambdas/contracts/storage/catalog';
import { providerPaceSchema } from '../../lambdas/contracts/storage/provider-pace';

/** A provider to which requests are sent. */
export const providerSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be lower-case letters, digits and hyphens'),
    dialect: z.enum(DIALECT_IDS),
    /** Plain HTTP is accepted for this machine only, where tests run their provider. */
    baseUrl: z
      .string()
      .regex(
        /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1)(:|\/|$))/,
        'must be an https:// address, because prompts are sent to it',
      ),
    /** The name of the price list that applies. @default the provider's ID */
    catalog: z.string().optional(),
    /** How fast the provider can produce output; see docs/catalog.md. @default by the host and the price list */
    pace: providerPaceSchema.optional(),
    ...providerPromises,
  })
  .refine(({ id, catalog = id }) => PRICE_LISTS.some((list) => list === catalog), {
    path: ['catalog'],
    error: `must name one of the price lists ${PRICE_LISTS.join(', ')}, because this provider has none of its own and a model without a price is not served`,
  });
