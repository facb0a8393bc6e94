import type { Clock } from '../../clock';
import { SECOND_MS } from '../../clock';
import type { RollingHold } from '../../wallet/holds/resize-hold';
import type { Wallet } from '../../wallet/wallet';
import { HoldNotFound } from '../../wallet/wallet-errors';
import type { Pace } from './pace';
import { ProducedBound } from './produced-bound';

/** Each slice is twice as large as the one before, up to this. */
const SLICE_TOKENS_MAX = 32_768;
/** An extension begins while the rest still lasts this long, and a burst more. */
const EXTEND_SECONDS = 3;
/** Without an extension, the request ends while the rest still lasts this long, and a burst more. */
const CUT_SECONDS = 1;
/** An extension that lasts for less than this is of no use. */
const LEAST_SECONDS = 5;
/** After a refused extension, for lack of money, another attempt is made this much later. */
const RETRY_MS = SECOND_MS;

export interface RollingOutputOptions {
  readonly wallet: Pick<Wallet, 'extend'>;
  readonly clock: Clock;
  readonly hold: RollingHold;
  /** The output tokens that the hold covers. */
  readonly heldTokens: number;
  /** The price of an output token in the most expensive case, in pico-dollars. */
  readonly outputPico: bigint;
  readonly pace: Pace;
  readonly choices: number;
  /** The most output tokens of all choices together. */
  readonly outputTokensMax: number;
  /** Called once if the money does not last: the request must end now. */
  readonly onCut: () => void;
}

/**
 * Keeps the hold of a running request above what its provider can have produced. It adds money before the rest is used
 * up, and ends the request if there is none. It never pauses the answer.
 */
export class RollingOutput {
  readonly #options: RollingOutputOptions;
  readonly #bound: ProducedBound;
  #hold: RollingHold;
  #heldTokens: number;
  #sliceTokens: number;
  #timer: NodeJS.Timeout | undefined;
  #extension: Promise<void> | undefined;
  #isOver = false;
  /** Epoch milliseconds. */
  #retryAt = 0;

  constructor(options: RollingOutputOptions) {
    const { hold, heldTokens, pace, choices, outputTokensMax, clock } = options;
    this.#options = options;
    this.#bound = new ProducedBound({ pace, choices, outputTokensMax, sentAt: clock() });
    this.#hold = hold;
    this.#heldTokens = heldTokens;
    this.#sliceTokens = heldTokens;
    this.#watch();
  }

  /** Makes no more extensions. @returns the hold as it is in the end */
  async end(): Promise<RollingHold> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    await this.#extension;
    return this.#hold;
  }

  /** Extends or cuts if it is time, and otherwise waits until then. */
  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#isOver || this.#heldTokens >= this.#options.outputTokensMax) return;
    const now = this.#options.clock();
    const { burstTokens } = this.#options.pace;
    const reserve = (seconds: number): number => burstTokens + Math.ceil(this.#bound.tokensPerSecond * seconds);
    const cutMs = this.#bound.msUntil(this.#heldTokens - reserve(CUT_SECONDS), now);
    if (cutMs === 0) {
      this.#cut();
      return;
    }
    const early = Math.max(reserve(EXTEND_SECONDS), Math.floor(this.#sliceTokens / 4));
    const extendMs = Math.max(this.#bound.msUntil(this.#heldTokens - early, now), this.#retryAt - now);
    if (extendMs <= 0) this.#extend(now);
    const waitMs = this.#extension === undefined ? Math.min(cutMs, extendMs) : cutMs;
    this.#timer = setTimeout(() => this.#watch(), Math.max(1, waitMs)).unref();
  }

  #extend(now: number): void {
    if (this.#extension !== undefined) return;
    const { wallet, outputPico, outputTokensMax } = this.#options;
    const missingTokens = outputTokensMax - this.#heldTokens;
    const wanted = Math.min(2 * this.#sliceTokens, SLICE_TOKENS_MAX, missingTokens);
    const least = Math.min(Math.ceil(this.#bound.tokensPerSecond * LEAST_SECONDS), wanted);
    const extension = { wantedPico: BigInt(wanted) * outputPico, leastPico: BigInt(least) * outputPico };
    this.#extension = wallet
      .extend(this.#hold, extension)
      .then((hold) => this.#extended(hold))
      .catch((error: unknown) => {
        this.#retryAt = now + RETRY_MS;
        if (error instanceof HoldNotFound) this.#cut();
      })
      .finally(() => {
        this.#extension = undefined;
        this.#watch();
      });
  }

  #extended(hold: RollingHold): void {
    const granted = Number((hold.heldPico - this.#hold.heldPico) / this.#options.outputPico);
    this.#hold = hold;
    this.#heldTokens += granted;
    this.#sliceTokens = granted;
  }

  #cut(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#options.onCut();
  }
}
