import { MINUTE_MS } from '../../lambdas/domain/clock';

/** The most that a clock is set while its process runs. */
export const CLOCK_STEP_MS_MAX = MINUTE_MS;

/** Pico-dollars per output token, by price version. */
export const PRICES: ReadonlyMap<string, bigint> = new Map([
  ['price-1', 1n],
  ['price-3', 3n],
  ['price-7', 7n],
]);

export interface RequestAction {
  readonly do: 'request';
  readonly account: number;
  readonly holdPico: bigint;
  /** Milliseconds from the reserve to the hold's deadline. */
  readonly holdMs: number;
  /** Milliseconds that the provider takes. */
  readonly thinkMs: number;
  readonly priceVersion: string;
  readonly tokens: number;
  /** `vanish`: no process ends the request. */
  readonly end: 'settle' | 'release' | 'vanish';
  /** A second end of the same hold, concurrent with the first or after it. */
  readonly again: { readonly as: 'same' | 'dearer' | 'release'; readonly afterMs: number } | undefined;
  /** Milliseconds after which the process repeats the reserve with the same ID. */
  readonly repeatMs: number | undefined;
  /** Whether the hold is reduced to the available amount if the wallet does not cover it. */
  readonly capped: boolean;
  /** Whether the request's key has the plan's limits. @default false */
  readonly isLimited?: boolean;
}

export type Action =
  | { readonly do: 'open'; readonly account: number }
  | { readonly do: 'credit'; readonly payment: number }
  | RequestAction
  /** `calm`: none of its calls fails. */
  | { readonly do: 'sweep'; readonly calm?: true }
  | { readonly do: 'create key'; readonly account: number; readonly lifeMs: number }
  | { readonly do: 'use key'; readonly key: number; readonly guessed: boolean }
  | { readonly do: 'revoke key'; readonly key: number }
  | { readonly do: 'crash' }
  | { readonly do: 'pause'; readonly forMs: number }
  | { readonly do: 'turn clock'; readonly byMs: number }
  | { readonly do: 'remove expired' };
