import { z } from 'zod';
import { line } from './text';
import { roleArnSchema } from './iam-role';
import { keyIdSchema, personIdSchema, trustIdSchema } from '../storage/ids';
import { keyRulesSchema } from './key-rules';
import { KEY_SUSPENSION_REASONS } from '../storage/key-suspension';
import { versionSchema } from '../storage/version';

export const KEY_LABEL_CHARACTERS_MAX = 100;
export const keyLabelSchema = line(KEY_LABEL_CHARACTERS_MAX);
export const ROTATION_GRACE_SECONDS_MAX = 30 * 86_400;

/** What may be shown of a key, its last four characters for one. Times are ISO 8601, UTC. */
export const keyInfoSchema = z
  .object({
    keyId: keyIdSchema,
    /** Absent where the key is a role's. */
    lastFour: z.string().length(4).optional(),
    /** The IAM role whose callers the key is for. It has no secret: they prove who they are to AWS. */
    role: roleArnSchema.optional(),
    createdAt: z.iso.datetime(),
    label: z.string().optional(),
    revokedAt: z.iso.datetime().optional(),
    /** The key ends at this time. */
    validUntil: z.iso.datetime().optional(),
    /** The person who created it, or the trust by which it came for a token; absent when a command did. */
    createdBy: z.union([personIdSchema, trustIdSchema]).optional(),
    /** The key that this one came in the place of. */
    replaces: keyIdSchema.optional(),
    /** The key that came in the place of this one. */
    replacedBy: keyIdSchema.optional(),
    /** The key opens nothing from this time until somebody resumes it. */
    suspendedAt: z.iso.datetime().optional(),
    suspensionReason: z.enum(KEY_SUSPENSION_REASONS).optional(),
    /** When somebody last resumed it. */
    resumedAt: z.iso.datetime().optional(),
    /** Absent where everything is allowed. */
    rules: keyRulesSchema.optional(),
    version: versionSchema,
  })
  .meta({ id: 'Key' });

/** A key that was just made: the only time that it is shown. */
export const shownKeySchema = z.object({ keyId: keyIdSchema, key: z.string() }).meta({ id: 'ShownKey' });
