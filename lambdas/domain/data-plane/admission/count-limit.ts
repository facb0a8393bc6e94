import { BoundedMap } from '../../bounded-map';
import { type Clock, MINUTE_MS } from '../../clock';

/** How many counts this process asks providers for in a minute, for one account. */
export const COUNTS_PER_MINUTE_MAX = 120;
/** The number of accounts whose counts this process remembers. */
const ACCOUNTS_MAX = 10_000;

interface Minute {
  /** Epoch milliseconds. */
  readonly start: number;
  readonly counts: number;
}

/**
 * Limits how often an account makes providers count for free. Each process has a limit of its own, because a limit for
 * all of them would take a write, before a hold that may fail.
 */
export class CountLimit {
  readonly #clock: Clock;
  readonly #minutes = new BoundedMap<Minute>(ACCOUNTS_MAX);

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
  }

  /** @returns whether all of the counts may be made; otherwise none of them is counted */
  take(accountId: string, counts: number): boolean {
    const now = this.#clock();
    const start = now - (now % MINUTE_MS);
    const minute = this.#minutes.get(accountId);
    const total = counts + (minute?.start === start ? minute.counts : 0);
    if (total > COUNTS_PER_MINUTE_MAX) return false;
    this.#minutes.set(accountId, { start, counts: total });
    return true;
  }
}
