import { z } from 'zod';
import { IDENTITY_CHECKS } from '../storage/export';
import { personIdSchema } from '../storage/ids';
import { openValue } from '../storage/open-values';

/** An operator's restriction on an owner's behalf. */
export const assistedRestrictionSchema = z
  .strictObject({
    identityCheck: z.enum(IDENTITY_CHECKS).describe('How the operator made sure who asks.'),
  })
  .meta({ id: 'AssistedRestriction' });

/** Whether the processing of an account's or a person's data is restricted. */
export const restrictionViewSchema = z
  .object({
    restrictedAt: z.iso.datetime().optional().describe('Absent if nothing is restricted.'),
    /** Absent if a command restricted it. */
    requestedBy: personIdSchema.optional(),
    identityCheck: openValue(IDENTITY_CHECKS).optional(),
  })
  .meta({ id: 'Restriction' });
