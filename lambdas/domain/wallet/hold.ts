import { z } from 'zod';
import { ENDPOINTS } from '../../contracts/catalog';
import { deadlineOfHold, holdKey } from '../../contracts/table-keys';
import type { Item } from '../table/value';

/** What the usage record of a hold needs if nobody ends it. */
export const holdRequestSchema = z.object({
  keyId: z.string(),
  endpoint: z.enum(ENDPOINTS),
  model: z.string(),
  provider: z.string(),
  streamed: z.boolean(),
  /** When the request was admitted; ISO 8601, UTC. */
  at: z.iso.datetime(),
  priceVersion: z.string(),
});

const holdItemSchema = holdRequestSchema.extend({
  sk: z.string(),
  accountId: z.string(),
  requestId: z.string(),
  heldPico: z.bigint().nonnegative(),
});

export type HoldRequest = Readonly<z.infer<typeof holdRequestSchema>>;

/** Money taken from `available` for one request until that ends. */
export interface Hold {
  readonly accountId: string;
  readonly requestId: string;
  readonly heldPico: bigint;
  /** Epoch milliseconds; from then on the sweeper may expire the hold. */
  readonly deadline: number;
  readonly request: HoldRequest;
  /** Present when a lease holds the money: which of its requests this is. */
  readonly leaseTurn?: string;
}

export function encodeHold(hold: Hold): Item {
  const { keyId, endpoint, model, provider, streamed, at, priceVersion } = hold.request;
  return {
    ...holdKey(hold.requestId, hold.deadline),
    accountId: hold.accountId,
    requestId: hold.requestId,
    heldPico: hold.heldPico,
    ...{ keyId, endpoint, model, provider, streamed, at, priceVersion },
  };
}

export function decodeHold(item: Item): Hold {
  const { sk, accountId, requestId, heldPico, ...request } = holdItemSchema.parse(item);
  return { accountId, requestId, heldPico, deadline: deadlineOfHold(sk), request };
}
