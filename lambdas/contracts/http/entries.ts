import { z } from 'zod';
import { exactUsdSchema } from './payments';

/** Selects entries by kind and by the time at which they were made. */
export const entryFilterSchema = z.strictObject({
  kind: z
    .string()
    .regex(/^[a-z_]{1,40}$/, 'must be a kind of entry, such as charge')
    .optional()
    .describe('Only entries of this kind, such as `charge`.'),
  from: z.iso.datetime().optional().describe('Only entries from this time on.'),
  to: z.iso.datetime().optional().describe('Only entries before this time.'),
});

/** One entry of the ledger. */
export const entrySchema = z
  .object({
    entryId: z.string(),
    /** Such as `credit`, `charge` or `grant`. Later releases may add kinds. */
    kind: z.string(),
    at: z.iso.datetime(),
    requestId: z.string().optional(),
    reference: z.string().optional(),
    reason: z.string().optional(),
    priceVersion: z.string().optional(),
    /** How much each transfer moved from one book to another. */
    transfers: z.array(z.object({ from: z.string(), to: z.string(), amount: exactUsdSchema })),
    /** The part of a charge that promotional credit paid. Only a charge has it. */
    promotional: exactUsdSchema.optional(),
  })
  .meta({ id: 'Entry' });
