import { cancellationCountKey, cancellationKey } from '../../contracts/storage/table-keys/usage';
import { EXPIRES_AT, USAGE } from '../../contracts/storage/tables';
import { type Clock, MINUTE_MS, SECOND_MS } from '../clock';
import type { TableStore } from '../table/table-store';
import { MinuteLimit } from './minute-limit';

/** This wait and the read after it stay below a second, so that a cancellation takes effect within a second. */
const LOOK_EVERY_MS = 700;

/** Longer than any request can run, which is 15 minutes. */
export const KEPT_MS = 20 * MINUTE_MS;

/** The number of cancellations that one account can write in a minute, because most of them may be for no request. */
export const CANCELLATIONS_PER_MINUTE_MAX = 600;

/** Watches for the cancellation of one running request. */
export interface CancelWatch {
  /** Aborted once the account has cancelled the request. */
  readonly signal: AbortSignal;
  /** Ends the watch; called when the request has ended. */
  end(): void;
}

/**
 * Lets a client stop a request that another process serves. A function does not learn that its client disconnected, and
 * the cancel request may reach another function. So the cancellation is stored, and the running request polls for it.
 */
export class Cancellations {
  readonly #store: TableStore;
  readonly #clock: Clock;
  readonly #limit: MinuteLimit;

  constructor(options: { readonly store: TableStore; readonly clock: Clock }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#limit = new MinuteLimit({
      ...options,
      table: USAGE,
      keyAt: cancellationCountKey,
      most: CANCELLATIONS_PER_MINUTE_MAX,
      refusal: `An account can cancel ${CANCELLATIONS_PER_MINUTE_MAX} requests a minute.`,
    });
  }

  /**
   * Stored under the caller's own account, so that it cannot cancel a request of another account.
   * @throws RateLimited when the account has cancelled too many requests in this minute
   */
  async cancel(accountId: string, requestId: string): Promise<void> {
    const key = cancellationKey(accountId, requestId);
    const isCancelled = (await this.#store.get({ table: USAGE, key, consistent: false })) !== undefined;
    if (isCancelled) return;
    await this.#limit.count(accountId);
    await this.#store.write({ table: USAGE, put: { ...key, [EXPIRES_AT]: secondsAfter(this.#clock(), KEPT_MS) } });
  }

  watch(accountId: string, requestId: string): CancelWatch {
    const cancelled = new AbortController();
    const key = cancellationKey(accountId, requestId);
    let ended = false;
    const look = async (): Promise<void> => {
      // If the store does not answer, the next poll tries again: the request itself must not fail.
      const cancellation = await this.#store.get({ table: USAGE, key, consistent: false }).catch(() => undefined);
      if (ended) return;
      if (cancellation === undefined) timer = setTimeout(() => void look(), LOOK_EVERY_MS);
      else cancelled.abort();
    };
    let timer = setTimeout(() => void look(), LOOK_EVERY_MS);
    const end = (): void => {
      ended = true;
      clearTimeout(timer);
    };
    return { signal: cancelled.signal, end };
  }
}

/** Epoch seconds, as `expiresAt` requires. */
function secondsAfter(now: number, milliseconds: number): number {
  return Math.floor((now + milliseconds) / SECOND_MS);
}
