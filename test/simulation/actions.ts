import { MINUTE_MS } from '../../lambdas/domain/clock';

/** How far a clock is set while its process runs. */
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
  /** From the reservation to its hold's deadline. */
  readonly holdMs: number;
  /** What the provider takes. */
  readonly thinkMs: number;
  readonly priceVersion: string;
  readonly tokens: number;
  /** `vanish`: nobody ends it. */
  readonly end: 'settle' | 'release' | 'vanish';
  /** A second end of the same hold, at the same time as the first or after it. */
  readonly again: { readonly as: 'same' | 'dearer' | 'release'; readonly afterMs: number } | undefined;
  /** After this many milliseconds the process reserves once more under the same id. */
  readonly repeatMs: number | undefined;
  /** Whether a wallet that does not cover the hold is asked for what it has. */
  readonly capped: boolean;
  /** Whether its key has the plan's limits. @default it has none */
  readonly isLimited?: boolean;
}

export type Action =
  | { readonly do: 'open'; readonly account: number }
  | { readonly do: 'credit'; readonly payment: number }
  | RequestAction
  /** `calm`: no call of it goes wrong. */
  | { readonly do: 'sweep'; readonly calm?: true }
  | { readonly do: 'create key'; readonly account: number; readonly lifeMs: number }
  | { readonly do: 'use key'; readonly key: number; readonly guessed: boolean }
  | { readonly do: 'revoke key'; readonly key: number }
  | { readonly do: 'crash' }
  | { readonly do: 'pause'; readonly forMs: number }
  | { readonly do: 'turn clock'; readonly byMs: number }
  | { readonly do: 'remove expired' };
