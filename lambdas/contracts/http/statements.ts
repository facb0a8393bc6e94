import { z } from 'zod';
import { exactUsdSchema } from './payments';

const parts = {
  promotional: exactUsdSchema,
  paid: exactUsdSchema,
  /** The part of the credit line that is used. */
  owed: exactUsdSchema,
  /** The debt of a dispute. */
  debt: exactUsdSchema,
  creditLine: exactUsdSchema,
};

/** An account's money by where it came from, in dollars. Held money is included. */
export const partsSchema = z.object(parts).meta({ id: 'Parts' });

/** An account's month. In each part, the opening balance and the lines make the closing balance. */
export const statementSchema = z
  .object({
    accountId: z.string(),
    /** UTC. */
    month: z.string(),
    /** Whether the month is over, so that nothing is added any more. */
    isOver: z.boolean(),
    opening: partsSchema,
    closing: partsSchema,
    lines: z.array(
      z.object({
        /** The time of an event, or the day of charges. UTC. */
        at: z.string(),
        /** The kind of entry; `charges` for those of a day. */
        kind: z.string(),
        entryId: z.string().optional(),
        reference: z.string().optional(),
        reason: z.string().optional(),
        /** How many requests were charged. */
        requests: z.int().optional(),
        ...parts,
      }),
    ),
  })
  .meta({ id: 'Statement' });
