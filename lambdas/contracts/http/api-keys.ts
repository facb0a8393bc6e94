import { z } from 'zod';
import { line } from './text';
import { roleArnSchema } from './iam-role';
import { keyIdSchema } from '../storage/ids';
import { openValue } from '../storage/open-values';
import { storedRulesSchema } from './key-rules';
import { KEY_SUSPENSION_REASONS } from '../storage/key-suspension';
import { versionSchema } from '../storage/version';

export const KEY_LABEL_CHARACTERS_MAX = 100;
export const keyLabelSchema = line(KEY_LABEL_CHARACTERS_MAX);
export const ROTATION_GRACE_SECONDS_MAX = 30 * 86_400;

/** The information about a key that may be shown to people. It never includes the secret. Times are ISO 8601, UTC. */
export const keyInfoSchema = z
  .object({
    keyId: keyIdSchema,
    /** The last four characters of the secret. Absent for a role key, which has no secret. */
    lastFour: z.string().length(4).optional(),
    /** For a role key: the IAM role that may use it. AWS verifies that the caller has assumed the role. */
    role: roleArnSchema.optional(),
    createdAt: z.iso.datetime(),
    label: z.string().optional(),
    revokedAt: z.iso.datetime().optional(),
    /** The key expires at this time. */
    validUntil: z.iso.datetime().optional(),
    /** The person who created the key, or the trust that a token was exchanged under. Absent if a command created it. */
    createdBy: z.string().optional(),
    /** The member whom the key's requests count for. Absent for an older key, whose payer is the account's owner. */
    payer: z.string().optional(),
    /** The key that a rotation replaced with this one. */
    replaces: keyIdSchema.optional(),
    /** The key that replaced this one in a rotation. */
    replacedBy: keyIdSchema.optional(),
    /** From this time on, requests with the key are refused until it is resumed. */
    suspendedAt: z.iso.datetime().optional(),
    suspensionReason: openValue(KEY_SUSPENSION_REASONS).optional(),
    /** When the key was last resumed. */
    resumedAt: z.iso.datetime().optional(),
    /** Absent if the key is unrestricted. */
    rules: storedRulesSchema.optional(),
    version: versionSchema,
  })
  .meta({ id: 'Key' });

/** A newly created key, in the only response that ever shows it. */
export const shownKeySchema = z.object({ keyId: keyIdSchema, key: z.string() }).meta({ id: 'ShownKey' });
