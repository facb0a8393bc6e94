import { z } from 'zod';
import { emailSchema } from './accounts';
import { accountIdSchema, invitationIdSchema, personIdSchema } from '../storage/ids';
import { grantedRoleSchema, roleSchema } from './roles';
import { versionSchema } from '../storage/version';

const joined = { role: roleSchema, joinedAt: z.iso.datetime() };

/** A person as an account sees them. */
export const memberSchema = z
  .object({ personId: personIdSchema, ...joined, version: versionSchema })
  .meta({ id: 'Member' });

/** An account as its member sees it. */
export const membershipSchema = z.object({ accountId: accountIdSchema, ...joined }).meta({ id: 'Membership' });

/** An open invitation, as those see it who may invite. */
export const invitationSchema = z
  .object({
    invitationId: invitationIdSchema,
    email: emailSchema,
    role: grantedRoleSchema,
    /** Absent when a command invited. */
    invitedBy: personIdSchema.optional(),
    createdAt: z.iso.datetime(),
    /** The invitation ends at this time. */
    validUntil: z.iso.datetime(),
  })
  .meta({ id: 'Invitation' });
