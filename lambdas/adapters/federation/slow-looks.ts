import { RecentCounts } from '../../domain/attempts/recent-counts';
import type { Clock } from '../../domain/clock';

/** A look that takes longer holds up more than its own caller. */
const SLOW_MS = 1_000;
/** How many slow looks one account may cause within the window. */
const SLOW_LOOKS_MAX = 3;
const WINDOW_MS = 30_000;
const ACCOUNTS_MAX = 2_000;

/**
 * Counts, in this process alone, how often an account's issuers kept us waiting: it names as many as it likes, and each
 * could take all the time that an issuer is given.
 */
export class SlowLooks {
  readonly #clock: Clock;
  readonly #counted: RecentCounts;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#counted = new RecentCounts({ clock, windowMs: WINDOW_MS, entriesMax: ACCOUNTS_MAX });
  }

  areTooMany(accountId: string): boolean {
    return (this.#counted.find(accountId)?.count ?? 0) >= SLOW_LOOKS_MAX;
  }

  /** Does what may wait for an issuer, and counts it where it did. */
  async count<T>(accountId: string, act: () => Promise<T>): Promise<T> {
    const begunAt = this.#clock();
    try {
      return await act();
    } finally {
      if (this.#clock() - begunAt > SLOW_MS) this.#counted.add(accountId);
    }
  }
}
