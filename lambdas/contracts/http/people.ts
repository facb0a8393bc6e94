import { z } from 'zod';
import { personIdSchema } from '../storage/ids';

/** Somebody who signed in here once. Who it is, only the user pool knows. */
export const personSchema = z
  .object({
    personId: personIdSchema,
    createdAt: z.iso.datetime(),
    /** When the person stated that they are 18 or older. */
    attestedAt: z.iso.datetime().optional(),
  })
  .meta({ id: 'Person' });
