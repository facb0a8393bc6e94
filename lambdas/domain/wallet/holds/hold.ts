import { z } from 'zod';
import { ENDPOINT_IDS } from '../../../contracts/storage/catalog';
import { openValue } from '../../../contracts/storage/open-values';
import { deadlineOfHold, holdKey } from '../../../contracts/storage/table-keys/wallet';
import { all, compare, type Condition, exists } from '../../table/condition';
import type { Item } from '../../table/value';
import { type Counting, countingSchema, encodeCounting } from './counting';

/** The facts that the usage record needs if the hold expires. */
export const holdRequestSchema = z.object({
  keyId: z.string(),
  /** A later release may have held money for an endpoint that this one does not serve. */
  endpoint: openValue(ENDPOINT_IDS),
  model: z.string(),
  provider: z.string(),
  streamed: z.boolean(),
  /** When the request was admitted; ISO 8601, UTC. */
  at: z.iso.datetime(),
  priceVersion: z.string(),
  /** The key's labels when the request was admitted. */
  labels: z.record(z.string(), z.string()).optional(),
  /** The payer of the key when the request was admitted. */
  payer: z.string().optional(),
  /** The keyed hash of the client's end user or session. */
  endUser: z.string().optional(),
});

export const holdItemSchema = holdRequestSchema.extend({
  sk: z.string(),
  accountId: z.string(),
  requestId: z.string(),
  heldPico: z.bigint().nonnegative(),
  counting: countingSchema.optional(),
  slice: z.bigint().nonnegative().default(0n),
  ceilingPico: z.bigint().nonnegative().optional(),
});

export type HoldRequest = Readonly<z.infer<typeof holdRequestSchema>>;

/** The state of a hold whose amount follows its request. */
export interface Rolling {
  /** Counts the changes of the amount, so that each is made once and an end notices one that it does not know. */
  readonly slice: bigint;
  /** The most that the request can cost, in pico-dollars, as priced at its admission. No charge exceeds it. */
  readonly ceilingPico: bigint;
}

/** Money taken from `available` for one request, until the request ends. */
export interface Hold {
  readonly accountId: string;
  readonly requestId: string;
  readonly heldPico: bigint;
  /** Absent if the amount is the most that the request can cost, and never changes. */
  readonly rolling?: Rolling;
  /** Epoch milliseconds; from then on the sweeper may expire the hold. */
  readonly deadline: number;
  readonly request: HoldRequest;
  /** How the key's counters count the request until it ends. Absent for a key without limits. */
  readonly counting?: Counting;
  /** Present when a lease holds the money: identifies the lease and the request within it. */
  readonly leaseTurn?: string;
}

export function encodeHold({ accountId, requestId, heldPico, rolling, deadline, request, counting }: Hold): Item {
  return {
    ...holdKey(requestId, deadline),
    accountId,
    requestId,
    heldPico,
    ...rolling,
    ...encodeRequest(request),
    ...(counting && { counting: encodeCounting(counting) }),
  };
}

export function encodeRequest(request: HoldRequest): Item {
  const { keyId, endpoint, model, provider, streamed, at, priceVersion, labels, payer, endUser } = request;
  return {
    keyId,
    endpoint,
    model,
    provider,
    streamed,
    at,
    priceVersion,
    ...(labels && { labels }),
    ...(payer !== undefined && { payer }),
    ...(endUser !== undefined && { endUser }),
  };
}

export function decodeHold(item: Item): Hold {
  const { sk, accountId, requestId, heldPico, counting, slice, ceilingPico, ...request } = holdItemSchema.parse(item);
  return {
    accountId,
    requestId,
    heldPico,
    ...(ceilingPico !== undefined && { rolling: { slice, ceilingPico } }),
    deadline: deadlineOfHold(sk),
    request,
    ...(counting && { counting }),
  };
}

/** The attributes that only some requests have. A lease must not keep those of the request before. */
export const absentIn = (request: HoldRequest): readonly string[] =>
  (['labels', 'payer', 'endUser'] as const).filter((name) => request[name] === undefined);

/** Whether the stored hold is live and in the given state. A hold whose amount never changes only has to be live. */
export const isAsKnown = ({ heldPico, rolling }: Hold): Condition =>
  rolling === undefined
    ? exists()
    : all(exists(), compare('slice', '=', rolling.slice), compare('heldPico', '=', heldPico));
