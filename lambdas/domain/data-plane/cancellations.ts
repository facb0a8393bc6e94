import { cancellationKey } from '../../contracts/storage/table-keys';
import { EXPIRES_AT, USAGE } from '../../contracts/storage/tables';
import type { Clock } from '../clock';
import type { TableStore } from '../table/table-store';

/** A cancel takes effect within a second: the wait for the next look, and the look itself. */
const LOOK_EVERY_MS = 700;

/** Longer than any request runs. */
const KEPT_SECONDS = 3_600;

/** A request's own watch for its cancellation. */
export interface CancelWatch {
  /** Aborted once the account has cancelled the request. */
  readonly signal: AbortSignal;
  /** Ends the watch; called when the request has ended. */
  end(): void;
}

/**
 * How a client stops a request that runs elsewhere: a function is not told that its client left, and whoever asks
 * to cancel may be served by another. So the wish is stored, and the running request looks for it.
 */
export class Cancellations {
  readonly #store: TableStore;
  readonly #clock: Clock;

  constructor(options: { readonly store: TableStore; readonly clock: Clock }) {
    this.#store = options.store;
    this.#clock = options.clock;
  }

  /** Under the caller's own account: another's request of the same id never looks there. */
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
      // A store that does not answer now is asked again: the request itself must not fail by it.
      const found = await this.#store.get({ table: USAGE, key, consistent: false }).catch(() => undefined);
      if (ended) return;
      if (found === undefined) timer = setTimeout(() => void look(), LOOK_EVERY_MS);
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
