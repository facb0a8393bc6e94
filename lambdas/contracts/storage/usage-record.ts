import { z } from 'zod';
import { ENDPOINT_IDS } from './catalog';
import { labelsSchema } from '../http/key-rules';
import { UNITS } from './units';

/**
 * How a metered request ended.
 * - `completed`: the provider's whole answer was passed on.
 * - `client_gone`: the client left first; what was produced until then is charged.
 * - `provider_error`: the provider answered with an error, or not at all; nothing is charged.
 * - `interrupted`: the provider's answer broke off after its first byte, or the gateway ended the request (its time
 *   limit, or it stops); of a stream what was produced is charged, of a whole answer its bound.
 * - `cancelled`: the account cancelled it; of a stream what was produced is charged, of a whole answer its bound.
 * - `expired`: nobody ended the request before its hold's deadline (a crash); nothing is charged.
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

/** Metadata of one request: never content. Closed: an unknown field is rejected. */
export const usageRecordSchema = z.strictObject({
  requestId: z.string(),
  accountId: z.string(),
  keyId: z.string(),
  /** When the request was admitted; ISO 8601, UTC. */
  at: z.iso.datetime(),
  endpoint: z.enum(ENDPOINT_IDS),
  /** The model's name in the catalog, not the client's spelling. */
  model: z.string(),
  provider: z.string(),
  streamed: z.boolean(),
  status: z.enum(REQUEST_STATUSES),
  /** The HTTP status that the client was sent; 0 when none was. */
  httpStatus: count,
  /** Tokens by unit. */
  usage: z.strictObject(
    Object.fromEntries(UNITS.map((unit) => [unit, count.optional()])) as Record<
      (typeof UNITS)[number],
      z.ZodOptional<typeof count>
    >,
  ),
  /** Whether any of the counts is our upper bound rather than the provider's report. */
  estimated: z.boolean(),
  /** What the customer was charged, in pico-dollars. */
  costPico: z.bigint().nonnegative(),
  /** What the usage cost above the hold: the operator's loss, in pico-dollars. */
  overrunPico: z.bigint().nonnegative(),
  /** The price version that was charged; any charge can be recomputed from it and `usage`. */
  priceVersion: z.string(),
  /** Those of the key, for cost allocation. */
  labels: labelsSchema.optional(),
  /** The lease whose money was charged, and which of its requests this was; absent for a hold of its own. */
  leaseTurn: z.string().optional(),
  /** From admission to the provider's first byte; absent when none came. */
  firstByteMs: count.optional(),
  /** From admission to the end. */
  durationMs: count,
});

export type UsageRecord = z.infer<typeof usageRecordSchema>;
