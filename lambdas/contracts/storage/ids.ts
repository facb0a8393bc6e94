import { z } from 'zod';
import { POLICY_KINDS } from '../http/policies';

/** IDs are a prefix and a ULID. They sort by time and mean nothing to anyone without access to the tables. */
const ulid = '[0-9A-HJKMNP-TV-Z]{26}';

const idSchema = (prefix: string, noun: string) =>
  z.string().regex(new RegExp(`^${prefix}_${ulid}$`), `Invalid ${noun} ID: it must be ${prefix}_ followed by a ULID`);

export const accountIdSchema = idSchema('acc', 'account');
export const requestIdSchema = idSchema('req', 'request');
/** A person's pseudonym. It is the same in every account and reveals nothing about the person. */
export const personIdSchema = idSchema('per', 'person');
export const invitationIdSchema = idSchema('inv', 'invitation');
export const trustIdSchema = idSchema('tru', 'trust');
export const proposalIdSchema = idSchema('pro', 'proposal');
export const exportIdSchema = idSchema('exp', 'export');
export const erasureIdSchema = idSchema('era', 'erasure');
export const supportThreadIdSchema = idSchema('sup', 'thread');
export const supportMessageIdSchema = idSchema('smsg', 'message');
export const childReportIdSchema = idSchema('chr', 'report');
export const webhookIdSchema = idSchema('whk', 'webhook');
export const deliveryIdSchema = idSchema('dlv', 'delivery');
export const budgetIdSchema = idSchema('bud', 'budget');
export const couponIdSchema = idSchema('cpn', 'coupon');
/** A payment or an invoice at Stripe. */
export const paidObjectIdSchema = z
  .string()
  .regex(/^(?:pi|in)_\w{1,200}$/, 'Invalid payment ID: it must start with pi_ or in_');
export const keyIdSchema = z.string().regex(new RegExp(`^${ulid}$`), 'Invalid key ID: it must be a ULID');
/** An end user or a session of a client, as a keyed hash. */
export const endUserSchema = z.string().regex(/^[\w-]{22}$/, 'Invalid end user: it must be a hash of 22 characters');
/** The audit log refers to a change of the catalog by its number. */
export const catalogVersionSchema = z
  .string()
  .regex(/^catalog@[1-9]\d{0,11}$/, 'Invalid catalog version: it must look like catalog@12');
const INVALID_POLICY = 'Invalid policy: it must look like terms@2026-12-01';

/** The audit log refers to a version of a policy by the policy and the version. */
export const policyIdSchema = z
  .string()
  .regex(/^[a-z]+@[\w.-]{1,32}$/, INVALID_POLICY)
  .refine((id) => POLICY_KINDS.some((kind) => id.startsWith(`${kind}@`)), INVALID_POLICY);
