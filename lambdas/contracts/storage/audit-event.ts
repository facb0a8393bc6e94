import { z } from 'zod';
import { SUSPENSION_REASONS } from '../http/accounts';
import { keptAddressSchema } from '../deployment/audit-address';
import {
  accountIdSchema,
  catalogVersionSchema,
  invitationIdSchema,
  keyIdSchema,
  personIdSchema,
  proposalIdSchema,
  trustIdSchema,
} from './ids';
import { impersonalRulesSchema, RULE_NAMES } from '../http/key-rules';
import { KEY_SUSPENSION_REASONS } from './key-suspension';
import { PERMISSION_IDS } from '../http/permissions';
import { roleSchema } from '../http/roles';

export const AUDIT_RETENTION_DAYS = 90;

/** The chain of what concerns no single account. */
export const DEPLOYMENT_CHAIN = 'deployment';
/** Each account has a chain of its own. */
export const auditChainSchema = z.union([accountIdSchema, z.literal(DEPLOYMENT_CHAIN)]);

/** SHA-256 in hexadecimal. */
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 hash in hexadecimal');
const time = z.iso.datetime();

/** What of a thing may be recorded as it was and as it became. Closed: nothing personal can come along. */
export const auditFieldsSchema = z.strictObject({
  role: roleSchema.optional(),
  state: z.enum(['active', 'suspended']).optional(),
  reason: z.enum([...SUSPENSION_REASONS, ...KEY_SUSPENSION_REASONS]).optional(),
  ownerId: personIdSchema.optional(),
  validUntil: time.optional(),
  /** The key that takes another's place. */
  replacedBy: keyIdSchema.optional(),
  /** A key's, without the addresses and labels in them. */
  rules: impersonalRulesSchema.optional(),
  /** The names of the rules that changed, of those too that are not recorded. */
  changed: z.array(z.enum(RULE_NAMES)).optional(),
});

export type AuditFields = z.infer<typeof auditFieldsSchema>;

/** Whose action it was: a person's pseudonym, an operator's, or the deployment's own commands. */
const actorSchema = z.union([
  personIdSchema,
  z.templateLiteral(['operator:', personIdSchema]),
  z.literal(DEPLOYMENT_CHAIN),
]);

/** One administrative action. Ids only: no name and no mail address. */
export const auditEventSchema = z.strictObject({
  version: z.literal(1),
  chain: auditChainSchema,
  /** A chain's events are counted from 1. */
  sequence: z.int().positive(),
  /** Never before the event that precedes it. */
  at: time,
  actor: actorSchema,
  /** Where the actor was, as far as the deployment's policy keeps it. Absent for its own commands. */
  address: keptAddressSchema.optional(),
  action: z.enum(PERMISSION_IDS),
  target: z.union([
    accountIdSchema,
    personIdSchema,
    invitationIdSchema,
    keyIdSchema,
    trustIdSchema,
    proposalIdSchema,
    catalogVersionSchema,
  ]),
  before: auditFieldsSchema.optional(),
  after: auditFieldsSchema.optional(),
  /** The hash of the event before; null for the first. */
  previous: hash.nullable(),
  /** When the event before was: whether it may have ended by time. Null for the first. */
  previousAt: time.nullable(),
  /** SHA-256 of all the rest, as canonical JSON. */
  hash,
});

export type AuditEvent = z.infer<typeof auditEventSchema>;
