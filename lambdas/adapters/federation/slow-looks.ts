import { BoundedMap } from '../../domain/bounded-map';
import type { Clock } from '../../domain/clock';

/** A look that takes longer holds up more than its own caller. */
const SLOW_MS = 1_000;
/** How many slow looks one account may cause within the window. */
const SLOW_LOOKS_MAX = 3;
const WINDOW_MS = 30_000;
const ACCOUNTS_MAX = 2_000;

interface Counted {
  readonly looks: number;
  /** Epoch milliseconds. */
  readonly from: number;
}

/**
 * Counts, in this process alone, how often an account's issuers kept us waiting: it names as many as it likes, and each
 * could take all the time that an issuer is given.
 */
export class SlowLooks {
  readonly #clock: Clock;
  readonly #counted = new BoundedMap<Counted>(ACCOUNTS_MAX);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  areTooMany(accountId: string): boolean {
    return (this.#find(accountId)?.looks ?? 0) >= SLOW_LOOKS_MAX;
  }

  /** Does what may wait for an issuer, and counts it where it did. */
  async count<T>(accountId: string, act: () => Promise<T>): Promise<T> {
    const begunAt = this.#clock();
    try {
      return await act();
    } finally {
      const now = this.#clock();
      const { looks, from } = this.#find(accountId) ?? { looks: 0, from: now };
      if (now - begunAt > SLOW_MS) this.#counted.set(accountId, { looks: looks + 1, from });
    }
  }

  #find(accountId: string): Counted | undefined {
    const now = this.#clock();
    const counted = this.#counted.get(accountId);
    // A clock that was set back refuses nobody for longer.
    return counted && counted.from <= now && now < counted.from + WINDOW_MS ? counted : undefined;
  }
}
