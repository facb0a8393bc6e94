import type { PriceVersion } from '../../../contracts/storage/catalog';
import { SECOND_MS } from '../../clock';
import type { StreamReading } from '../../dialects/endpoint';
import { lesser, PICO_PER_USD } from '../../money/pico';
import { chargeFor } from '../../usage/charge';
import type { Hold } from '../../wallet/holds/hold';
import type { RollingHold } from '../../wallet/holds/resize-hold';
import type { Wallet } from '../../wallet/wallet';
import { HoldNotFound } from '../../wallet/wallet-errors';
import { type CutReason, cutReasonOf } from './cut-reason';
import type { OutputPlan } from './output-plan';
import { ProducedBound } from './produced-bound';

/** Each slice is twice as large as the one before, up to this. */
const SLICE_TOKENS_MAX = 32_768;
/** Where requests compete for money, a slice lasts only this long, so that all that run get some of it. */
const SHORT_SLICE_SECONDS = 10;
/** An extension begins while the rest still lasts this long, and a burst more. */
const EXTEND_SECONDS = 3;
/** Without an extension, the request ends while the rest still lasts this long, and a burst more. */
const CUT_SECONDS = 1;
/** An extension that lasts for less than this is of no use. */
const LEAST_SECONDS = 5;
/** The part of that last second in which an extension may still arrive. */
const LAST_CHANCE_MS = SECOND_MS / 4;
/** After a refused extension, another attempt is made this much later. */
const RETRY_MS = SECOND_MS;
/** Money that a prompt leaves over is returned early only if it is worth a write. */
const RETURNED_PICO_MIN = PICO_PER_USD / 50n;
/** ... and at least this part (1/n) of the hold. */
const RETURNED_SHARE = 20n;

export interface RollingOutputOptions {
  readonly wallet: Pick<Wallet, 'extend' | 'shrink'>;
  /** A monotonic clock: a provider produces nothing in a step of the time of day. */
  readonly clock: () => number;
  readonly hold: Hold;
  readonly plan: OutputPlan;
  /** Whether money that the prompt leaves over returns early. An account with plenty can wait for it. @default true */
  readonly returnsRest?: boolean;
  /** Whether the account had too little for a first hold a moment ago, so that its requests may compete. @default never */
  readonly isShort?: () => boolean;
  /** Called once if the hold does not last: the request must end now. */
  readonly onCut: (reason: CutReason) => void;
}

/**
 * Keeps the hold of a running request above what its provider can have produced. It adds money before the rest is used
 * up, and ends the request if there is none. It never pauses the answer. A hold of the worst case stays as it is.
 */
export class RollingOutput {
  readonly #options: RollingOutputOptions;
  #produced: ProducedBound;
  #price: PriceVersion | undefined;
  #sentAt = 0;
  #isPromptKnown = false;
  #hold: Hold;
  /** The part of the hold that the prompt can cost, in pico-dollars. */
  #promptPico: bigint;
  /** Less than the hold covers, while it is not known whether a part of it has been returned. */
  #heldTokens: number;
  #sliceTokens: number;
  #timer: NodeJS.Timeout | undefined;
  #resize: Promise<void> | undefined;
  #isOver = false;
  /** By the monotonic clock. */
  #retryAt = 0;
  #failure: unknown;
  #isLastChance = false;

  constructor(options: RollingOutputOptions) {
    this.#options = options;
    this.#hold = options.hold;
    this.#promptPico = options.plan.promptPico;
    this.#produced = this.#boundFromNow();
    this.#heldTokens = this.#coveredTokens();
    this.#sliceTokens = this.#heldTokens;
  }

  /**
   * The request is being sent to a provider. The output of an earlier provider is not paid for.
   * @param price of the provider
   */
  sent(price: PriceVersion): void {
    this.#price = price;
    this.#sentAt = this.#options.clock();
    this.#produced = this.#boundFromNow();
    this.#watch();
  }

  /** The time in milliseconds since the request was last sent to a provider. */
  get elapsedMs(): number {
    return this.#options.clock() - this.#sentAt;
  }

  /** A part of the answer was read. The timers notice at their next time that the hold lasts longer. */
  progress(stream: { readonly reading: StreamReading }): void {
    if (this.#hold.rolling === undefined) return;
    const { producedTokensMax, reportedOutputTokens = 0, promptUsage } = stream.reading;
    const now = this.#options.clock();
    this.#produced.seen(producedTokensMax, now);
    if (this.#produced.reported(reportedOutputTokens, now)) this.#watch();
    if (promptUsage === undefined || this.#isPromptKnown || this.#price === undefined) return;
    this.#isPromptKnown = true;
    this.#promptReported(chargeFor(promptUsage, this.#price).costPico);
  }

  /** Reading waits for the client, so what is read no longer shows how much was produced. */
  readingPaused(): void {
    this.#produced.pauseReading();
  }

  /** The most output tokens that may have been produced, of which the hold covers all. */
  get producedTokensMax(): number {
    return Math.min(this.#produced.at(this.#options.clock()), this.#heldTokens);
  }

  /**
   * The provider has reported the prompt, so its worst case is no longer held for. The output gets the money first; a
   * large rest returns to the account.
   * @param costPico what the prompt costs, in pico-dollars
   */
  #promptReported(costPico: bigint): void {
    const { rolling } = this.#hold;
    if (this.#isOver || rolling === undefined) return;
    this.#promptPico = costPico;
    // A change that is in flight counts with the prompt's cost once it is done.
    if (this.#resize !== undefined) return;
    const { plan, returnsRest = true } = this.#options;
    const { outputTokensMax, outputPico } = plan;
    const neededTokens = Math.min(this.#heldTokens + 2 * this.#sliceTokens, outputTokensMax);
    const restPico = this.#hold.heldPico - costPico - BigInt(neededTokens) * outputPico;
    if (returnsRest && restPico >= RETURNED_PICO_MIN && restPico * RETURNED_SHARE >= this.#hold.heldPico) {
      // The rest may be gone although its return fails.
      this.#heldTokens = neededTokens;
      this.#change({ ...this.#hold, rolling }, (hold) => this.#options.wallet.shrink(hold, restPico));
    } else {
      this.#heldTokens = this.#coveredTokens();
    }
    this.#watch();
  }

  /** Changes the hold no more. @returns the hold as it is in the end */
  async end(): Promise<Hold> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    await this.#resize;
    return this.#hold;
  }

  #boundFromNow(): ProducedBound {
    const { plan, clock } = this.#options;
    return new ProducedBound({ ...plan, sentAt: clock() });
  }

  #coveredTokens(): number {
    const { heldPico, rolling } = this.#hold;
    const { outputTokensMax, outputPico } = this.#options.plan;
    if (rolling === undefined || heldPico >= rolling.ceilingPico || outputPico === 0n) return outputTokensMax;
    const leftPico = heldPico - this.#promptPico;
    return leftPico < 0n ? 0 : Math.min(outputTokensMax, Number(leftPico / outputPico));
  }

  /** Extends or cuts if it is time, and otherwise waits until then. */
  #watch(): void {
    clearTimeout(this.#timer);
    const { rolling } = this.#hold;
    const { plan, clock } = this.#options;
    if (this.#isOver || rolling === undefined || this.#heldTokens >= plan.outputTokensMax) return;
    const now = clock();
    const cutMs = this.#produced.msUntil(this.#heldTokens - this.#reserve(CUT_SECONDS), now);
    if (cutMs === 0) {
      this.#cutUnlessExtended({ ...this.#hold, rolling }, now);
      return;
    }
    this.#isLastChance = false;
    const early = Math.max(this.#reserve(EXTEND_SECONDS), Math.floor(this.#sliceTokens / 4));
    const extendMs = Math.max(this.#produced.msUntil(this.#heldTokens - early, now), this.#retryAt - now);
    if (extendMs <= 0) this.#extend({ ...this.#hold, rolling }, now);
    const waitMs = this.#resize === undefined ? Math.min(cutMs, extendMs) : cutMs;
    this.#timer = setTimeout(() => this.#watch(), Math.max(1, waitMs)).unref();
  }

  /** A process that stood still for a while may notice late that it is time to extend, or that an extension is done. */
  #cutUnlessExtended(known: RollingHold, now: number): void {
    const isRefused = this.#failure !== undefined && this.#resize === undefined;
    if (isRefused || this.#isLastChance) {
      this.#cut();
      return;
    }
    this.#isLastChance = true;
    this.#extend(known, now);
    this.#timer = setTimeout(() => this.#watch(), LAST_CHANCE_MS).unref();
  }

  #extend(known: RollingHold, now: number): void {
    if (this.#resize !== undefined) return;
    const { wallet, plan, isShort = () => false } = this.#options;
    const shortTokens = Math.ceil(this.#produced.tokensPerSecond * SHORT_SLICE_SECONDS);
    const sliceTokens = Math.min(isShort() ? shortTokens : 2 * this.#sliceTokens, SLICE_TOKENS_MAX);
    // A process that stood still has to catch up at once, whatever the size of a slice.
    const missedTokens = this.#produced.at(now) + this.#reserve(EXTEND_SECONDS) - this.#heldTokens;
    const wantedTokens = Math.max(sliceTokens, missedTokens);
    const usefulTokens = Math.max(Math.ceil(this.#produced.tokensPerSecond * LEAST_SECONDS), missedTokens);
    const leastTokens = Math.min(usefulTokens, wantedTokens);
    const [wantedPico, leastPico] = [wantedTokens, leastTokens].map((tokens) =>
      lesser(BigInt(tokens) * plan.outputPico, known.rolling.ceilingPico - known.heldPico),
    ) as [bigint, bigint];
    this.#retryAt = now + RETRY_MS;
    this.#change(known, (hold) => wallet.extend(hold, { wantedPico, leastPico }));
  }

  /** The tokens that the provider can produce in a time, from any moment on. */
  #reserve(seconds: number): number {
    return this.#options.plan.pace.burstTokens + Math.ceil(this.#produced.tokensPerSecond * seconds);
  }

  /** One change is in flight at a time. */
  #change(known: RollingHold, change: (hold: RollingHold) => Promise<RollingHold>): void {
    this.#resize = change(known)
      .then((hold) => {
        this.#hold = hold;
        const coveredTokens = this.#coveredTokens();
        if (coveredTokens > this.#heldTokens) this.#sliceTokens = coveredTokens - this.#heldTokens;
        this.#heldTokens = coveredTokens;
        this.#failure = undefined;
        this.#retryAt = 0;
      })
      .catch((error: unknown) => {
        this.#failure = error;
        if (error instanceof HoldNotFound) this.#cut();
      })
      .finally(() => {
        this.#resize = undefined;
        this.#watch();
      });
  }

  #cut(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#options.onCut(cutReasonOf(this.#failure));
  }
}
