import { z } from 'zod';
import { BALANCE_POLICIES } from '../deployment/erasure-settings';
import { IDENTITY_CHECKS } from './export';
import { accountIdSchema, erasureIdSchema, personIdSchema } from './ids';
import { openValue } from './open-values';

/**
 * - `grace`: it can be cancelled until `graceEndsAt`, and longer while a legal hold is there.
 * - `frozen`: the account or the person can do nothing any more, and running requests end.
 * - `erasing`: nothing can be taken back any more.
 * - `cancelled`: it has no effect.
 *
 * An erasure that is over has no item any more, only a certificate.
 */
export const ERASURE_STATES = ['grace', 'frozen', 'erasing', 'cancelled'] as const;

/**
 * Why an erasure waits for an operator.
 * - `policy`: the deployment's policy is `block`, and purchased credit is left.
 * - `debt`: the account owes money after a dispute.
 * - `credit_line`: a part of the credit line is used.
 * - `refund_refused`: the payment processor refuses a refund for good.
 * - `not_refundable`: purchased credit is left that belongs to no payment that can be refunded.
 * - `owns_account`: the person owns an account that is not being erased.
 */
export const STOP_REASONS = [
  'policy',
  'debt',
  'credit_line',
  'refund_refused',
  'not_refundable',
  'owns_account',
] as const;
export type StopReason = (typeof STOP_REASONS)[number];

/** The decision of an operator about an erasure that has stopped. */
export const RESOLUTIONS = ['retry', 'refund', 'forfeit'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/**
 * The end of the balance.
 * - `none`: no purchased credit of a cent or more was left to decide about, or the erasure was about a person.
 * - `refunded`: purchased credit was paid back; less than a cent and promotional credit ended.
 * - `forfeited`: credit ended by the policy, or because an operator decided so.
 */
export const BALANCE_OUTCOMES = ['none', 'refunded', 'forfeited', 'refunded_and_forfeited'] as const;
export type BalanceOutcome = (typeof BALANCE_OUTCOMES)[number];

const count = z.coerce.number().pipe(z.int().nonnegative());

/** The IDs that the steps need after the items with them are gone. They end with the erasure's item. */
export const erasedIdsSchema = z.object({
  /** Only for a person. */
  subject: z.string().optional(),
  accountIds: z.array(z.string()).optional(),
  addressHash: z.string().optional(),
  /** Only for an account: its members when it was frozen. */
  memberIds: z.array(z.string()).optional(),
});

/** An erasure as it is stored. */
export const storedErasureSchema = z.object({
  erasureId: erasureIdSchema,
  state: openValue(ERASURE_STATES),
  /** The name of the step that is to be done next. The steps before it have had their effect. */
  step: z.string(),
  requestedAt: z.iso.datetime(),
  /** Absent if a command of the deployment requested it. */
  requestedBy: personIdSchema.optional(),
  /** Present if an operator requested it for the owner. */
  identityCheck: openValue(IDENTITY_CHECKS).optional(),
  graceEndsAt: z.iso.datetime(),
  /** The deployment's policy when the erasure was requested. */
  balance: openValue(BALANCE_POLICIES),
  /** Present while it waits for an operator. */
  stoppedBecause: openValue(STOP_REASONS).optional(),
  resolution: openValue(RESOLUTIONS).optional(),
  /** Counts the refunds of one payment that the processor refused and an operator wants to be tried again. */
  attempt: count.default(0),
  balanceOutcome: openValue(BALANCE_OUTCOMES).optional(),
  /** Whether the payment processor had a customer, of whom it keeps payments and invoices. */
  hadCustomer: z.boolean().optional(),
  ids: erasedIdsSchema.optional(),
  /** Where `eraseItems` or `findRemains` goes on. */
  position: z.string().optional(),
  /** How many items were erased. */
  erased: count.default(0),
  /** How often something was found after everything was erased. */
  rounds: count.default(0),
  /** The step's own deadline, for example until when a mail is waited for. */
  until: z.iso.datetime().optional(),
});

/** Identifies an erasure to a workflow. It holds IDs only, because the history of an execution is kept for 90 days. */
export const erasureInputSchema = z.strictObject({
  ownerId: z.union([accountIdSchema, personIdSchema]),
  erasureId: erasureIdSchema,
});

export type ErasureInput = Readonly<z.infer<typeof erasureInputSchema>>;
export type ErasedIds = Readonly<z.infer<typeof erasedIdsSchema>>;
export type StoredErasure = Readonly<z.infer<typeof storedErasureSchema>>;
