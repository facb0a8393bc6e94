import { z } from 'zod';
import { ENDPOINT_IDS } from './catalog';
import { labelsSchema } from '../http/key-rules';
import { endUserSchema, personIdSchema } from './ids';
import { openValue } from './open-values';
import { type StoredUsage, UNITS } from './units';

/**
 * How a metered request ended.
 * - `completed`: the provider's whole answer was passed on.
 * - `client_gone`: the client disconnected first. The charge covers what had been produced by then.
 * - `provider_error`: the provider answered with an error, or not at all. There is no charge.
 * - `interrupted`: the provider's answer broke off after its first byte, or the gateway ended the request because of
 *   its time limit or a shutdown. A stream is charged for what was produced, a whole answer for its upper bound.
 * - `cancelled`: the account cancelled the request. It is charged like an interrupted one.
 * - `expired`: the hold passed its deadline before the request ended, for example after a crash. There is no charge.
 */
export const REQUEST_STATUSES = [
  'completed',
  'client_gone',
  'provider_error',
  'interrupted',
  'cancelled',
  'expired',
] as const;
export type RequestStatus = (typeof REQUEST_STATUSES)[number];

const count = z.coerce.number().pipe(z.int().nonnegative());

const unitCounts = Object.fromEntries(UNITS.map((unit) => [unit, count.optional()])) as Record<
  (typeof UNITS)[number],
  z.ZodOptional<typeof count>
>;

/** Why a provider gave no answer, or was not asked for one because it logs content or does not tell whether it does. */
export const ATTEMPT_FAILURES = ['unreachable', 'timeout', 'broken', 'logs_content', 'logging_unknown'] as const;

/** An attempt at a provider that failed, so that the next one got the request. It costs nothing. */
const failedAttemptSchema = z.strictObject({
  provider: z.string(),
  /** Absent if the provider answered. */
  failure: z.enum(ATTEMPT_FAILURES).optional(),
  /** The status of an answer that was not usable. */
  httpStatus: count.optional(),
});
export type FailedAttempt = z.infer<typeof failedAttemptSchema>;

/** The metadata of one request, never its content, as this release writes it: the object has no other fields. */
export const writtenUsageRecordSchema = z.strictObject({
  requestId: z.string(),
  accountId: z.string(),
  keyId: z.string(),
  /** When the request was admitted: ISO 8601, UTC. */
  at: z.iso.datetime(),
  endpoint: z.enum(ENDPOINT_IDS),
  /** The model's ID in the catalog, which may differ from the name that the client sent. */
  model: z.string(),
  provider: z.string(),
  streamed: z.boolean(),
  status: z.enum(REQUEST_STATUSES),
  /** The HTTP status that was sent to the client, or 0 if none was sent. */
  httpStatus: count,
  usage: z.strictObject(unitCounts),
  /** Whether any count is our own upper bound rather than the provider's report. */
  estimated: z.boolean(),
  /** The charge to the account, in pico-dollars. */
  costPico: z.bigint().nonnegative(),
  /** The part of the cost that the account is not charged for, in pico-dollars. The operator bears it. */
  overrunPico: z.bigint().nonnegative(),
  /** The price version of the charge. Together with `usage` it allows anyone to recompute the charge. */
  priceVersion: z.string(),
  /** The labels of the key, for cost allocation. */
  labels: labelsSchema.optional(),
  /** The member who pays: the payer of the key when the request was admitted. Absent for a key without one. */
  payer: personIdSchema.optional(),
  /** The client's end user or session: a keyed hash, and never the value. Only for accounts that have asked for it. */
  endUser: endUserSchema.optional(),
  /** The attempts before that at `provider`. Absent if there were none. */
  failedAttempts: z.array(failedAttemptSchema).optional(),
  /** The lease that paid for the request and the request's number within it. Absent if the request had its own hold. */
  leaseTurn: z.string().optional(),
  /** From admission to the provider's first byte. Absent if no byte arrived. */
  firstByteMs: count.optional(),
  /** From admission to the end of the request. */
  durationMs: count,
});

/** Keeps the counts of units that only a later release knows, and drops anything else that it may have added. */
const storedUsageSchema = z
  .object(unitCounts)
  .catchall(z.unknown())
  .transform((usage): StoredUsage => {
    const counts = Object.entries(usage).map(([unit, value]) => [unit, count.safeParse(value).data] as const);
    return Object.fromEntries(counts.filter(([, value]) => value !== undefined));
  });

/** A record as it is read. It may be a later release's: unknown fields are ignored, unknown values are kept. */
export const usageRecordSchema = z.object({
  ...writtenUsageRecordSchema.shape,
  endpoint: openValue(ENDPOINT_IDS),
  status: openValue(REQUEST_STATUSES),
  usage: storedUsageSchema,
  labels: z.record(z.string(), z.string()).optional(),
  payer: z.string().optional(),
  endUser: z.string().optional(),
  failedAttempts: z
    .array(z.object({ ...failedAttemptSchema.shape, failure: openValue(ATTEMPT_FAILURES).optional() }))
    .optional(),
});

export type UsageRecord = z.infer<typeof usageRecordSchema>;
