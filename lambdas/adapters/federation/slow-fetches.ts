import { RecentCounts } from '../../domain/attempts/recent-counts';
import type { Clock } from '../../domain/clock';

/** A slower fetch delays other callers too. */
const SLOW_MS = 1_000;
/** The number of slow fetches that one account may cause within the window. */
const SLOW_FETCHES_MAX = 3;
const WINDOW_MS = 30_000;
const ACCOUNTS_MAX = 2_000;

/**
 * Counts per account how often fetching an issuer's keys was slow. An account can name any number of issuers, and each
 * could use up the whole time limit. The counts live only in this process.
 */
export class SlowFetches {
  readonly #clock: Clock;
  readonly #counts: RecentCounts;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#counts = new RecentCounts({ clock, windowMs: WINDOW_MS, entriesMax: ACCOUNTS_MAX });
  }

  hasTooMany(accountId: string): boolean {
    return (this.#counts.find(accountId)?.count ?? 0) >= SLOW_FETCHES_MAX;
  }

  /** Runs an action that may wait for an issuer, and counts it against the account if it was slow. */
  async run<T>(accountId: string, act: () => Promise<T>): Promise<T> {
    const begunAt = this.#clock();
    try {
      return await act();
    } finally {
      if (this.#clock() - begunAt > SLOW_MS) this.#counts.add(accountId);
    }
  }
}
