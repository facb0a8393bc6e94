import { z } from 'zod';
import { RESOLUTIONS } from './erasure';
import { IDENTITY_CHECKS } from './export';
import { hashSchema } from './hash';
import { SUSPENSION_REASONS } from '../http/accounts';
import { HOLD_MODES } from '../deployment/hold-mode';
import { keptAddressSchema } from '../deployment/address-policy';
import {
  accountIdSchema,
  catalogVersionSchema,
  couponIdSchema,
  erasureIdSchema,
  exportIdSchema,
  invitationIdSchema,
  keyIdSchema,
  paidObjectIdSchema,
  personIdSchema,
  policyIdSchema,
  proposalIdSchema,
  supportThreadIdSchema,
  trustIdSchema,
  webhookIdSchema,
} from './ids';
import { openValue } from './open-values';
import { impersonalRulesSchema, RULE_NAMES } from '../http/key-rules';
import { KEY_SUSPENSION_REASONS } from './key-suspension';
import { THREAD_STATES } from './support';
import { WEBHOOK_DISABLE_REASONS } from './webhook-state';
import { PERMISSION_IDS } from '../http/permissions';
import { roleSchema } from '../http/roles';

export const AUDIT_RETENTION_DAYS = 90;

/** The chain for actions that concern no particular account. */
export const DEPLOYMENT_CHAIN = 'deployment';
/** Each account has its own chain. */
export const auditChainSchema = z.union([accountIdSchema, z.literal(DEPLOYMENT_CHAIN)]);

const time = z.iso.datetime();

/** The fields whose old and new values may be recorded. The object is strict so that no personal data can slip in. */
export const auditFieldsSchema = z.strictObject({
  role: roleSchema.optional(),
  state: z.enum(['active', 'suspended', ...THREAD_STATES]).optional(),
  reason: z.enum([...SUSPENSION_REASONS, ...KEY_SUSPENSION_REASONS, ...WEBHOOK_DISABLE_REASONS]).optional(),
  ownerId: personIdSchema.optional(),
  /** The member whom the requests of a trust's keys count for. */
  payer: personIdSchema.optional(),
  holds: z.enum(HOLD_MODES).optional(),
  validUntil: time.optional(),
  /** Dollars. */
  amount: z
    .string()
    .regex(/^\d{1,26}(?:\.\d{1,12})?$/)
    .optional(),
  /** The ID of a payment at Stripe. */
  payment: z
    .string()
    .regex(/^pi_\w{1,200}$/)
    .optional(),
  /** Why a payment could not be booked. */
  exception: z
    .string()
    .regex(/^[a-z_]{1,40}$/)
    .optional(),
  /** The coupon that was redeemed. */
  coupon: couponIdSchema.optional(),
  /** Whether the processing of data is restricted. */
  restricted: z.boolean().optional(),
  /** How an operator made sure who asked for an export, an erasure or a restriction. */
  identityCheck: z.enum(IDENTITY_CHECKS).optional(),
  /** The decision about an erasure that had stopped. */
  decision: z.enum(RESOLUTIONS).optional(),
  /** Whether credit is bought automatically. */
  automatic: z.boolean().optional(),
  /** The key that replaced this one in a rotation. */
  replacedBy: keyIdSchema.optional(),
  /** The rules of a key, without its address ranges and labels. */
  rules: impersonalRulesSchema.optional(),
  /** The names of all rules that changed, including those whose values are not recorded. */
  changed: z.array(z.enum(RULE_NAMES)).optional(),
});

export type AuditFields = z.infer<typeof auditFieldsSchema>;

/** A person or an operator, by pseudonym, or the deployment itself for its own commands and functions. */
const actorSchema = z.union([
  personIdSchema,
  z.templateLiteral(['operator:', personIdSchema]),
  z.literal(DEPLOYMENT_CHAIN),
]);

/** One administrative action, as this release records it. It contains IDs only, never a name or an email address. */
export const writtenEventSchema = z.strictObject({
  version: z.literal(1),
  chain: auditChainSchema,
  /** The position in the chain, counted from 1. */
  sequence: z.int().positive(),
  /** Never earlier than the previous event's time. */
  at: time,
  actor: actorSchema,
  /** The actor's IP address, in the form that ADDRESS_POLICY allows. Absent for the deployment's own actions. */
  address: keptAddressSchema.optional(),
  action: z.enum(PERMISSION_IDS),
  target: z.union([
    accountIdSchema,
    personIdSchema,
    invitationIdSchema,
    keyIdSchema,
    trustIdSchema,
    proposalIdSchema,
    couponIdSchema,
    erasureIdSchema,
    exportIdSchema,
    webhookIdSchema,
    catalogVersionSchema,
    paidObjectIdSchema,
    policyIdSchema,
    supportThreadIdSchema,
  ]),
  before: auditFieldsSchema.optional(),
  after: auditFieldsSchema.optional(),
  /** The hash of the previous event, or null for the first event. */
  previous: hashSchema.nullable(),
  /** The time of the previous event, which shows whether it may have expired. Null for the first event. */
  previousAt: time.nullable(),
  /** The SHA-256 of all other fields as canonical JSON. */
  hash: hashSchema,
});

/**
 * An event as it is read and shown. A later release may have recorded other actions, targets and fields. All its fields
 * are kept, because the hash covers them.
 */
export const auditEventSchema = z.looseObject({
  ...writtenEventSchema.shape,
  version: z.int().positive(),
  actor: z.string(),
  address: z.string().optional(),
  action: openValue(PERMISSION_IDS),
  target: z.string(),
  before: z.looseObject({}).optional(),
  after: z.looseObject({}).optional(),
});

export type AuditEvent = z.infer<typeof auditEventSchema>;
