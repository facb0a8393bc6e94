import { BoundedMap } from '../../bounded-map';
import { type Clock, MINUTE_MS } from '../../clock';

/** By then an account that was short of money may have plenty again. */
const SHORT_MS = MINUTE_MS;
/** The number of accounts that this process remembers. */
const ACCOUNTS_MAX = 10_000;

/**
 * The accounts whose money was not enough for a hold a moment ago. A hold that fails costs as many writes as one that
 * succeeds, so the balance of such an account is read first. If it is not remembered, only those writes are lost.
 */
export class ShortAccounts {
  readonly #clock: Clock;
  /** Epoch milliseconds. */
  readonly #shortAt = new BoundedMap<number>(ACCOUNTS_MAX);

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
  }

  add(accountId: string): void {
    this.#shortAt.set(accountId, this.#clock());
  }

  has(accountId: string): boolean {
    const shortAt = this.#shortAt.get(accountId);
    // After the clock was set back, the time is in the future.
    return shortAt !== undefined && Math.abs(this.#clock() - shortAt) <= SHORT_MS;
  }
}
