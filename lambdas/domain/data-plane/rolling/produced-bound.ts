import { SECOND_MS } from '../../clock';
import type { Pace } from './pace';

export interface ProducedBoundOptions {
  readonly pace: Pace;
  readonly choices: number;
  /** The most output tokens of all choices together, as they are limited by the request. */
  readonly outputTokensMax: number;
  /** Epoch milliseconds: when the request was sent to the provider. */
  readonly sentAt: number;
}

/** An upper bound of the output tokens that a provider has produced, as far as it keeps to its pace. */
export class ProducedBound {
  readonly #options: ProducedBoundOptions;
  /** Tokens a second of all choices together. */
  readonly #rate: number;

  constructor(options: ProducedBoundOptions) {
    this.#options = options;
    this.#rate = options.pace.tokensPerSecond * options.choices;
  }

  get tokensPerSecond(): number {
    return this.#rate;
  }

  at(now: number): number {
    const { pace, outputTokensMax, sentAt } = this.#options;
    const elapsedMs = Math.max(0, now - sentAt);
    return Math.min(outputTokensMax, pace.burstTokens + Math.ceil((this.#rate * elapsedMs) / SECOND_MS));
  }

  /** The time in milliseconds until the provider can have produced `tokens`, if its output were not limited. */
  msUntil(tokens: number, now: number): number {
    const missing = tokens - this.at(now);
    return missing < 0 ? 0 : Math.floor((missing * SECOND_MS) / this.#rate);
  }
}
