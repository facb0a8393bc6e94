import { cancellationKey } from '../../contracts/storage/table-keys';
import { EXPIRES_AT, USAGE } from '../../contracts/storage/tables';
import type { Clock } from '../clock';
import type { TableStore } from '../table/table-store';

/** This wait and the read after it stay below a second, so that a cancellation takes effect within a second. */
const LOOK_EVERY_MS = 700;

/** Longer than any request can run. */
const KEPT_SECONDS = 3_600;

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

  constructor(options: { readonly store: TableStore; readonly clock: Clock }) {
    this.#store = options.store;
    this.#clock = options.clock;
  }

  /** Stored under the caller's own account, so that it cannot cancel a request of another account. */
  async cancel(accountId: string, requestId: string): Promise<void> {
    const expiresAt = Math.floor(this.#clock() / 1_000) + KEPT_SECONDS;
    const put = { ...cancellationKey(accountId, requestId), [EXPIRES_AT]: expiresAt };
    await this.#store.write({ table: USAGE, put });
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
