import { waitCounterKey } from '../../../contracts/storage/table-keys/keys';
import { EXPIRES_AT, KEYS } from '../../../contracts/storage/tables';
import { type Clock, MINUTE_MS, SECOND_MS } from '../../clock';
import { absent, any, compare } from '../../table/condition';
import { REQUEST_RETRY, retry, systemTiming, type Timing } from '../../table/retry';
import { ConditionFailed } from '../../table/table-errors';
import type { TableStore } from '../../table/table-store';
import { UsageRecords } from '../../usage/records/usage-records';
import { RateLimited } from '../admission/admission-errors';
import { MinuteLimit } from '../minute-limit';
import { KeyedRequestEnded, KeyedRequestRunning, IdempotencyKeyReused } from './idempotency-errors';
import { decodeClaim, deleteClaim, getClaim, isClaimOf, type KeyClaim, putClaim } from './key-claim';
import { type ComparedRequest, KeyHashes, type OwnedKey } from './key-hashes';

/** Below the edge's time limit for the head of an answer, so that a client gets the gateway's own answer. */
export const RETRY_WAIT_MS_MAX = 45 * SECOND_MS;
/** Each retry that waits occupies an execution in AWS, and nothing is held for it. */
export const WAITING_RETRIES_PER_MINUTE_MAX = 60;
const FIRST_LOOK_MS = 100;
const LONGEST_LOOK_MS = 2 * SECOND_MS;

/**
 * The sweeper runs every minute and records the requests whose holds have expired. A request that has no record this
 * long after the deadline never had a hold, because its process died before it took one.
 */
export const RECORD_LATE_MS = 5 * MINUTE_MS;

/** A request with an Idempotency-Key: a first one, or a retry. */
export interface KeyedRequest extends OwnedKey, ComparedRequest {
  readonly requestId: string;
  /** Epoch milliseconds: the deadline of the hold that the request is about to take. */
  readonly holdDeadline: number;
  /** Whether the host ends the request, or its client has disconnected. */
  readonly isOver: () => boolean;
}

/** A key that belongs to the current request. */
export interface ClaimedKey {
  /** How long this request waited for earlier ones. */
  readonly waitedMs: number;
  /** Frees the key, because the request was refused before its money was held. Never rejects. */
  release(): Promise<void>;
}

type FirstRequest =
  | { readonly kind: 'running' }
  | { readonly kind: 'free' }
  | { readonly kind: 'ended'; readonly requestId: string; readonly costPico: bigint };

export interface IdempotencyKeysOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  /** Keys the hashes. @default none, so bodies are not compared */
  readonly secret?: Uint8Array;
  /** @default the system's timer and randomness */
  readonly timing?: Timing;
}

/**
 * Executes a request with an Idempotency-Key once: a retry is charged only if no earlier request was. Each request
 * claims the key before it takes a hold; the state of a claimed request is that of its usage record
 * (docs/adr/0024-an-idempotency-key-names-a-request.md).
 */
export class IdempotencyKeys {
  readonly #store: TableStore;
  readonly #usage: UsageRecords;
  readonly #timing: Timing;
  readonly #hashes: KeyHashes;
  readonly #waitLimit: MinuteLimit;

  constructor({ store, clock, secret, timing = systemTiming(clock) }: IdempotencyKeysOptions) {
    this.#store = store;
    this.#usage = new UsageRecords({ store });
    this.#timing = timing;
    this.#hashes = new KeyHashes(secret);
    this.#waitLimit = new MinuteLimit({
      store,
      clock: timing.clock,
      table: KEYS,
      keyAt: waitCounterKey,
      most: WAITING_RETRIES_PER_MINUTE_MAX,
      refusal: `At most ${WAITING_RETRIES_PER_MINUTE_MAX} retries of an account can wait in a minute.`,
    });
  }

  async isClaimed(key: OwnedKey): Promise<boolean> {
    return (await this.#read(this.#hashes.ofKey(key))) !== undefined;
  }

  /**
   * Claims the key for this request, once no other request is running or was charged.
   * @throws KeyedRequestEnded, KeyedRequestRunning, IdempotencyKeyReused
   */
  async claim(request: KeyedRequest): Promise<ClaimedKey> {
    const keyHash = this.#hashes.ofKey(request);
    const claim = {
      requestId: request.requestId,
      holdDeadline: request.holdDeadline,
      bodyHash: this.#hashes.ofBody(request),
    };
    const begunAt = this.#timing.clock();
    let waitedMs = 0;
    let earlier = await this.#put(keyHash, claim);
    for (let looks = 0; earlier !== undefined; looks += 1) {
      const first = await this.#stateOf(request.accountId, earlier);
      if (first.kind === 'free') {
        earlier = await this.#put(keyHash, claim, earlier);
        continue;
      }
      if (isOtherBody(claim, earlier)) throw new IdempotencyKeyReused(earlier.requestId);
      if (first.kind === 'ended') throw new KeyedRequestEnded(first);
      const waitMs = this.#lookAgainAfter(looks);
      if (request.isOver() || waitedMs + waitMs > RETRY_WAIT_MS_MAX) throw new KeyedRequestRunning(earlier.requestId);
      if (waitedMs === 0 && !(await this.#mayWait(request))) throw new KeyedRequestRunning(earlier.requestId);
      await this.#timing.sleep(waitMs);
      waitedMs = Math.max(waitedMs + waitMs, this.#timing.clock() - begunAt);
      // The first request may have given up the key, or another retry may have claimed it.
      earlier = (await this.#read(keyHash)) ?? (await this.#put(keyHash, claim));
    }
    return { waitedMs, release: () => this.#release(keyHash, claim) };
  }

  /** Counts a retry that is about to wait. @returns false when too many retries of its account have waited in this minute */
  async #mayWait({ accountId }: OwnedKey): Promise<boolean> {
    try {
      await this.#waitLimit.count(accountId);
      return true;
    } catch (error) {
      if (error instanceof RateLimited) return false;
      throw error;
    }
  }

  /** @returns the claim of another request that has the key; undefined once this request has it */
  async #put(keyHash: string, claim: KeyClaim, freed?: KeyClaim): Promise<KeyClaim | undefined> {
    const now = this.#timing.clock();
    const hasExpired = compare(EXPIRES_AT, '<=', Math.floor(now / SECOND_MS));
    // An earlier put may have been committed and its reply lost.
    const isMine = isClaimOf(claim.requestId);
    const isFree = any(absent(), hasExpired, isMine, ...(freed ? [isClaimOf(freed.requestId)] : []));
    const write = putClaim(keyHash, claim, now, isFree);
    return retry(REQUEST_RETRY, this.#timing, async () => {
      try {
        await this.#store.write(write);
        return undefined;
      } catch (error) {
        if (error instanceof ConditionFailed && error.item) return decodeClaim(error.item);
        throw error;
      }
    });
  }

  async #read(keyHash: string): Promise<KeyClaim | undefined> {
    const item = await retry(REQUEST_RETRY, this.#timing, () => this.#store.get(getClaim(keyHash)));
    return item && decodeClaim(item);
  }

  /** A request that ended without a charge, and without an answer, has freed its key. */
  async #stateOf(accountId: string, { requestId, holdDeadline }: KeyClaim): Promise<FirstRequest> {
    const record = await retry(REQUEST_RETRY, this.#timing, () => this.#usage.get(accountId, requestId));
    if (record === undefined)
      return { kind: this.#timing.clock() < holdDeadline + RECORD_LATE_MS ? 'running' : 'free' };
    const { status, costPico, overrunPico } = record;
    const isFree = status !== 'completed' && costPico === 0n && overrunPico === 0n;
    return isFree ? { kind: 'free' } : { kind: 'ended', requestId, costPico };
  }

  /** Half of the wait is random, so that many retries of one request do not read its record at the same moment. */
  #lookAgainAfter(looks: number): number {
    const ceiling = Math.min(FIRST_LOOK_MS * 2 ** looks, LONGEST_LOOK_MS);
    return Math.ceil((ceiling * (1 + this.#timing.random())) / 2);
  }

  async #release(keyHash: string, { requestId }: KeyClaim): Promise<void> {
    // If it fails, the key is free once the request could no longer have a hold.
    await this.#store.write(deleteClaim(keyHash, requestId)).catch(() => undefined);
  }
}

/** Claims without a hash cannot be compared. */
const isOtherBody = (claim: KeyClaim, earlier: KeyClaim): boolean =>
  claim.bodyHash !== undefined && earlier.bodyHash !== undefined && claim.bodyHash !== earlier.bodyHash;
