import type { Pace } from './pace';

/** The facts that decide how a hold follows its request. */
export interface OutputPlan {
  readonly pace: Pace;
  readonly choices: number;
  /** The most output tokens of all choices together. */
  readonly outputTokensMax: number;
  /** The most that the prompt can cost, in pico-dollars. */
  readonly promptPico: bigint;
  /** The price of an output token in the most expensive case, in pico-dollars. */
  readonly outputPico: bigint;
}
