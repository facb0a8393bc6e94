import { z } from 'zod';
import { type newPolicySchema, POLICY_KINDS } from '../../contracts/http/policies';
import { openValue } from '../../contracts/storage/open-values';
import { policyKey } from '../../contracts/storage/table-keys/policies';
import type { Item } from '../table/value';

/** A version of a policy that an operator publishes. */
export type NewPolicy = Readonly<z.infer<typeof newPolicySchema>>;

const time = z.iso.datetime();

export const storedPolicySchema = z.object({
  policy: openValue(POLICY_KINDS),
  version: z.string(),
  url: z.string(),
  effectiveAt: time,
  publishedAt: time,
  /** When all members of accounts had been told. Absent until then. */
  announcedAt: time.optional(),
});
/** A published version. */
export type StoredPolicy = Readonly<z.infer<typeof storedPolicySchema>>;

export const acceptanceSchema = z.object({ acceptedAt: time });

export const decodePolicy = (item: Item): StoredPolicy => storedPolicySchema.parse(item);
export const encodePolicy = (stored: StoredPolicy): Item => ({
  ...policyKey(stored.policy, stored.version),
  ...stored,
});
/** @returns when the person accepted the version, in ISO 8601, UTC */
export const decodeAcceptance = (item: Item): string => acceptanceSchema.parse(item).acceptedAt;
