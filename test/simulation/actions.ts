import { MINUTE_MS } from '../../lambdas/domain/clock';
import type { Fault } from './faults';

/** The most that a clock is set while its process runs. */
export const CLOCK_STEP_MS_MAX = MINUTE_MS;

/** Pico-dollars per output token, by price version. */
export const PRICES: ReadonlyMap<string, bigint> = new Map([
  ['price-1', 1n],
  ['price-3', 3n],
  ['price-7', 7n],
]);

/** A change of a hold while its request runs. */
export type Resize = {
  /** Milliseconds after the change before it. */
  readonly afterMs: number;
  /** Milliseconds after which a caller that does not know the outcome repeats it. @default it gives up */
  readonly repeatMs?: number;
  /** The faults of its first calls, in a history in which calls may fail. @default drawn as for all calls */
  readonly faults?: readonly Fault[];
} & (
  | { readonly do: 'extend'; readonly wantedPico: bigint; readonly leastPico: bigint }
  /** Returns this many tenths of what is held. */
  | { readonly do: 'shrink'; readonly tenths: number }
);

/** How the hold of a request follows it. */
export interface Rolling {
  readonly ceilingPico: bigint;
  readonly resizes: readonly Resize[];
  /** Whether the usage at the end is an estimate, because the provider reported none. */
  readonly isEstimated: boolean;
}

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
  /** The places of the plan's shared budgets that the request counts in. @default none */
  readonly shares?: readonly number[];
  /** @default the hold never changes */
  readonly rolling?: Rolling;
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
  | { readonly do: 'suspend' | 'resume'; readonly account: number }
  | { readonly do: 'crash' }
  | { readonly do: 'pause'; readonly forMs: number }
  | { readonly do: 'turn clock'; readonly byMs: number }
  | { readonly do: 'remove expired' };
