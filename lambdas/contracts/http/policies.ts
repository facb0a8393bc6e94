import { z } from 'zod';

/**
 * - `terms`, `privacy`: the terms of service and the privacy policy.
 * - `transfer`: the notice that the business, and with it everybody's data, goes to another operator.
 */
export const POLICY_KINDS = ['terms', 'privacy', 'transfer'] as const;
export const policyKindSchema = z.enum(POLICY_KINDS, `must be one of ${POLICY_KINDS.join(', ')}`);
/** Sorted by text, so that a date is a good version. */
export const policyVersionSchema = z
  .string()
  .regex(/^[\w.-]{1,32}$/, 'must be 1 to 32 letters, digits, dots, hyphens and underscores, such as 2026-12-01');

const time = z.iso.datetime({ error: 'must be a time such as 2026-12-01T00:00:00Z' });

/** A version of a policy, as an operator publishes it. Its text is at the URL. */
export const newPolicySchema = z
  .strictObject({
    policy: policyKindSchema,
    version: policyVersionSchema,
    url: z
      .url({ protocol: /^https$/, error: 'must be an https:// address' })
      .max(500, 'must have at most 500 characters')
      .describe('The page with the text of this version.'),
    effectiveAt: time.describe('When the version takes effect; not in the past.'),
  })
  .meta({ id: 'NewPolicy' });

export const policySchema = newPolicySchema
  .extend({
    /** An older release may read a version of a kind that it does not know. */
    policy: z.string(),
    publishedAt: time,
    announcedAt: time.optional().describe('When all members of accounts had been told.'),
    acceptedAt: time.optional().describe('When you accepted this version.'),
  })
  .meta({ id: 'Policy' });
