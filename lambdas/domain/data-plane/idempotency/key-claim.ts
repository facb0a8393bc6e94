import { z } from 'zod';
import { idempotencyClaimKey } from '../../../contracts/storage/table-keys/usage';
import { EXPIRES_AT, USAGE } from '../../../contracts/storage/tables';
import { DAY_MS, SECOND_MS } from '../../clock';
import type { Condition } from '../../table/condition';
import type { Delete, Get, Put } from '../../table/table-store';
import { compare } from '../../table/condition';
import type { Item } from '../../table/value';

/** How long a key is remembered, as at Stripe. No usage record is retained for less, so the record outlives the claim. */
export const CLAIM_MS = DAY_MS;

export const claimSchema = z.object({
  requestId: z.string(),
  holdDeadline: z.coerce.number(),
  bodyHash: z.string().optional(),
});

/**
 * Names the request that an Idempotency-Key was last used for. It says nothing about that request's state, which its
 * usage record shows, so that a settle needs no further write.
 */
export interface KeyClaim {
  readonly requestId: string;
  /** Epoch milliseconds. From then on the sweeper may expire the request's hold, and records that. */
  readonly holdDeadline: number;
  /** A keyed hash of the endpoint and the body; absent if the deployment has no secret to key it with. */
  readonly bodyHash?: string | undefined;
}

/** @param keyHash the hash of the key and of its owner */
export function putClaim(keyHash: string, claim: KeyClaim, now: number, when: Condition): Put {
  const { requestId, holdDeadline, bodyHash } = claim;
  const put = {
    ...idempotencyClaimKey(keyHash),
    requestId,
    holdDeadline,
    ...(bodyHash !== undefined && { bodyHash }),
    [EXPIRES_AT]: Math.floor((now + CLAIM_MS) / SECOND_MS),
  };
  return { table: USAGE, put, when };
}

/** A later request may have claimed the key since, and its claim must stay. */
export const deleteClaim = (keyHash: string, requestId: string): Delete => ({
  table: USAGE,
  delete: idempotencyClaimKey(keyHash),
  when: isClaimOf(requestId),
});

export const getClaim = (keyHash: string): Get => ({ table: USAGE, key: idempotencyClaimKey(keyHash) });

export const isClaimOf = (requestId: string): Condition => compare('requestId', '=', requestId);

export const decodeClaim = (item: Item): KeyClaim => claimSchema.parse(item);
