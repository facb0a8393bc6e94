import { z } from 'zod';
import { ENDPOINT_IDS } from '../../../contracts/storage/catalog';
import { openValue } from '../../../contracts/storage/open-values';
import { deadlineOfHold, holdKey } from '../../../contracts/storage/table-keys';
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
});

const holdItemSchema = holdRequestSchema.extend({
  sk: z.string(),
  accountId: z.string(),
  requestId: z.string(),
  heldPico: z.bigint().nonnegative(),
  counting: countingSchema.optional(),
});

export type HoldRequest = Readonly<z.infer<typeof holdRequestSchema>>;

/** Money taken from `available` for one request, until the request ends. */
export interface Hold {
  readonly accountId: string;
  readonly requestId: string;
  readonly heldPico: bigint;
  /** Epoch milliseconds; from then on the sweeper may expire the hold. */
  readonly deadline: number;
  readonly request: HoldRequest;
  /** How the key's counters count the request until it ends. Absent for a key without limits. */
  readonly counting?: Counting;
  /** Present when a lease holds the money: identifies the lease and the request within it. */
  readonly leaseTurn?: string;
}

export function encodeHold({ accountId, requestId, heldPico, deadline, request, counting }: Hold): Item {
  return {
    ...holdKey(requestId, deadline),
    accountId,
    requestId,
    heldPico,
    ...encodeRequest(request),
    ...(counting && { counting: encodeCounting(counting) }),
  };
}

export function encodeRequest(request: HoldRequest): Item {
  const { keyId, endpoint, model, provider, streamed, at, priceVersion, labels } = request;
  return { keyId, endpoint, model, provider, streamed, at, priceVersion, ...(labels && { labels }) };
}

export function decodeHold(item: Item): Hold {
  const { sk, accountId, requestId, heldPico, counting, ...request } = holdItemSchema.parse(item);
  return { accountId, requestId, heldPico, deadline: deadlineOfHold(sk), request, ...(counting && { counting }) };
}
