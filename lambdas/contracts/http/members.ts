import { z } from 'zod';
import { accountIdSchema, invitationIdSchema, personIdSchema } from '../storage/ids';
import { openValue } from '../storage/open-values';
import { GRANTED_ROLES, ROLES } from './roles';
import { versionSchema } from '../storage/version';

const membershipFields = { role: openValue(ROLES), joinedAt: z.iso.datetime() };

/** A membership from the account's side. */
export const memberSchema = z
  .object({ personId: personIdSchema, ...membershipFields, version: versionSchema })
  .meta({ id: 'Member' });

/** A membership from the person's side. */
export const membershipSchema = z
  .object({ accountId: accountIdSchema, ...membershipFields })
  .meta({ id: 'Membership' });

/** An open invitation. Only members who may invite others can see it. */
export const invitationSchema = z
  .object({
    invitationId: invitationIdSchema,
    email: z.string(),
    role: openValue(GRANTED_ROLES),
    /** Absent if a command created the invitation. */
    invitedBy: personIdSchema.optional(),
    createdAt: z.iso.datetime(),
    /** The invitation expires at this time. */
    validUntil: z.iso.datetime(),
  })
  .meta({ id: 'Invitation' });
