import { SECOND_MS } from '../../clock';
import type { Pace } from './pace';

export interface ProducedBoundOptions {
  readonly pace: Pace;
  readonly choices: number;
  /** The most output tokens of all choices together, as they are limited by the request. */
  readonly outputTokensMax: number;
  /** When the request was sent to the provider, in milliseconds of a monotonic clock. */
  readonly sentAt: number;
}

/**
 * An upper bound of the output tokens that a provider has produced, as far as it keeps to its pace. After any moment at
 * which at most `tokens` were passed on, a burst may follow at once and the rest at the provider's rate. Such a bound
 * stays true, so of all such moments the one with the lowest bound counts; the first is when the request was sent.
 */
export class ProducedBound {
  readonly #options: ProducedBoundOptions;
  /** Tokens a second of all choices together. */
  readonly #rate: number;
  #tokens = 0;
  /** When at most `#tokens` were passed on or reported. */
  #since: number;
  #mayBeUnread = false;
  #reportedTokens = 0;

  constructor(options: ProducedBoundOptions) {
    this.#options = options;
    this.#rate = options.pace.tokensPerSecond * options.choices;
    this.#since = options.sentAt;
  }

  get tokensPerSecond(): number {
    return this.#rate;
  }

  /**
   * Everything that the provider has passed on was read, and contains at most so many tokens. This lowers the bound if the
   * provider passes its output on as it is produced, but never below what it has reported.
   */
  seen(producedTokensMax: number, now: number): void {
    if (!this.#options.pace.isIncremental || this.#mayBeUnread) return;
    const tokens = Math.max(producedTokensMax, this.#reportedTokens);
    if (tokens >= this.#tokens + this.#producedSince(now)) return;
    this.#tokens = tokens;
    this.#since = now;
  }

  /**
   * The provider reports how many tokens it has produced so far, including those that the client does not see. This lowers
   * the bound, also where bytes do not: a report includes hidden output, and it is assumed to be at most a burst old when
   * it is read, because those known to withhold output (Anthropic, Azure) report it once all of it was passed on. A report
   * above the bound raises it, because the provider is faster than its pace.
   * @param tokens of all choices together. Only a number above the one before counts, because another may be old.
   * @returns whether the bound is higher now
   */
  reported(tokens: number, now: number): boolean {
    if (tokens <= this.#reportedTokens) return false;
    this.#reportedTokens = tokens;
    const isHigher = Math.min(tokens, this.#options.outputTokensMax) > this.at(now);
    const isLower = !this.#mayBeUnread && tokens < this.#tokens + this.#producedSince(now);
    if (!isHigher && !isLower) return false;
    this.#tokens = tokens;
    this.#since = now;
    return isHigher;
  }

  /**
   * Reading waits for the client. From now on, any number of bytes may be in the buffers between here and the provider, so
   * neither the bytes nor the reports that are read lower the bound any more.
   */
  pauseReading(): void {
    this.#mayBeUnread = true;
  }

  at(now: number): number {
    const { pace, outputTokensMax } = this.#options;
    return Math.min(outputTokensMax, this.#tokens + pace.burstTokens + this.#producedSince(now));
  }

  /**
   * The time in milliseconds until the provider can have produced more than `tokens`, if nothing more is seen: 0 if it
   * can now, and infinite if it never can.
   */
  msUntil(tokens: number, now: number): number {
    const { pace, outputTokensMax } = this.#options;
    if (tokens >= outputTokensMax) return Number.POSITIVE_INFINITY;
    const lasting = tokens - this.#tokens - pace.burstTokens;
    if (lasting < 0) return 0;
    return Math.max(0, Math.floor((lasting * SECOND_MS) / this.#rate) + 1 - (now - this.#since));
  }

  #producedSince(now: number): number {
    return Math.ceil((this.#rate * Math.max(0, now - this.#since)) / SECOND_MS);
  }
}
