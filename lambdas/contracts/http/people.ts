import { z } from 'zod';
import { personIdSchema } from '../storage/ids';

/** A person who has signed in at least once. Only the user pool knows their identity. */
export const personSchema = z
  .object({
    personId: personIdSchema,
    createdAt: z.iso.datetime(),
    /** When the person stated that they are 18 or older. */
    attestedAt: z.iso.datetime().optional(),
    /** Since when the person is being erased: they can do nothing any more. */
    erasingSince: z.iso.datetime().optional(),
  })
  .meta({ id: 'Person' });
