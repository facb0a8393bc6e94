import { DRIFT_MS_MAX } from './processes';
import { Random } from './random';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** More than any wallet has: who is content with less takes all of it. */
const HUGE_HOLD_PICO = 10n ** 16n;

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
}

export type Action =
  | { readonly do: 'open'; readonly account: number }
  | { readonly do: 'credit'; readonly payment: number }
  | RequestAction
  | { readonly do: 'sweep' }
  | { readonly do: 'create key'; readonly account: number; readonly lifeMs: number }
  | { readonly do: 'use key'; readonly key: number; readonly guessed: boolean }
  | { readonly do: 'revoke key'; readonly key: number }
  | { readonly do: 'crash' }
  | { readonly do: 'pause'; readonly forMs: number }
  | { readonly do: 'turn clock'; readonly byMs: number }
  | { readonly do: 'remove expired' };

/** One thing that somebody does, at its time. */
export interface Operation {
  /** Names it, also where others are left out. */
  readonly index: number;
  /** Milliseconds after the history's beginning. */
  readonly at: number;
  readonly process: number;
  readonly action: Action;
}

/** A payment as its provider reports it, as often as it likes. */
export interface Payment {
  readonly account: number;
  readonly amountPico: bigint;
}

/** All of a history that does not depend on how it goes. */
export interface Plan {
  readonly seed: number;
  /** Whether one process has the tables in its own memory and in a journal, as the local gateway does. */
  readonly isLocal: boolean;
  readonly accounts: number;
  /** Each process's clock against the true one, in milliseconds. */
  readonly drifts: readonly number[];
  /** How many of the store's calls go wrong, from 0 to 1. */
  readonly faultRate: number;
  readonly payments: readonly Payment[];
  readonly operations: readonly Operation[];
}

const DENSE = [0, 0, 1, 2, 5, 10];
const SPARSE = [...DENSE, 50, SECOND_MS, 61 * SECOND_MS, 11 * MINUTE_MS];
const FAULT_RATES = [0, 0.04, 0.04, 0.15, 0.4];

export function planOf(seed: number): Plan {
  const random = new Random(seed);
  const isLocal = random.chance(0.12);
  const accounts = random.pick([1, 1, 2]);
  const processes = isLocal ? 1 : random.between(1, 3);
  const drift = random.pick([0, SECOND_MS, DRIFT_MS_MAX]);
  const payments = Array.from({ length: random.between(1, 3) }, () => paymentOf(random, accounts));
  const gaps = random.pick([DENSE, SPARSE]);
  const operations: Operation[] = [];
  let at = 0;
  const add = (action: Action, afterMs = 0): void => {
    const process = random.between(0, processes - 1);
    operations.push({ index: operations.length, at: at + afterMs, process, action });
  };
  const pass = (): void => {
    at += random.chance(0.01) ? 25 * HOUR_MS : random.pick(gaps);
  };
  for (let account = 0; account < accounts; account += 1) add({ do: 'open', account });
  pass();
  payments.forEach((_, payment) => add({ do: 'credit', payment }));
  if (random.chance(0.15)) add({ do: 'create key', account: 0, lifeMs: Infinity });
  const length = random.between(2, 8);
  for (let count = 0; count < length; count += 1) {
    pass();
    const action = actionOf(random, accounts, payments.length);
    add(action);
    for (const [after, afterMs] of consequencesOf(action, random)) add(after, afterMs);
  }
  return {
    ...{ seed, isLocal, accounts, payments, operations },
    drifts: Array.from({ length: processes }, () => random.between(-drift, drift)),
    faultRate: random.pick(FAULT_RATES),
  };
}

/** What is likelier to find a weakness than chance alone. */
function consequencesOf(action: Action, random: Random): readonly (readonly [Action, afterMs: number])[] {
  if (action.do === 'revoke key' && random.chance(0.7)) {
    return [[{ do: 'use key', key: action.key, guessed: false }, random.between(0, 30)]];
  }
  if (action.do !== 'request' || action.thinkMs < action.holdMs || random.chance(0.3)) return [];
  // The sweeper races the settlement, and another request takes all that the wallet has.
  const sweep = [{ do: 'sweep' }, action.holdMs + random.between(0, 20)] as const;
  if (random.chance(0.5)) return [sweep];
  const other = { ...requestOf(random, action.account), holdPico: HUGE_HOLD_PICO, capped: true };
  return [sweep, [other, random.between(action.holdMs + 10, action.thinkMs + 25)]];
}

const paymentOf = (random: Random, accounts: number): Payment => ({
  account: random.between(0, accounts - 1),
  amountPico: BigInt(random.pick([1, 100, 500, 500, 1_000, 10 ** 15])),
});

function actionOf(random: Random, accounts: number, payments: number): Action {
  const account = random.between(0, accounts - 1);
  const draw = random.fraction();
  if (draw < 0.5) return requestOf(random, account);
  if (draw < 0.6) return { do: 'credit', payment: random.between(0, payments - 1) };
  if (draw < 0.7) return { do: 'sweep' };
  if (draw < 0.73) return { do: 'create key', account, lifeMs: random.pick([Infinity, Infinity, 0, MINUTE_MS]) };
  if (draw < 0.82) return { do: 'use key', key: random.between(0, 3), guessed: random.chance(0.2) };
  if (draw < 0.86) return { do: 'revoke key', key: random.between(0, 3) };
  if (draw < 0.91) return { do: 'crash' };
  if (draw < 0.96) return { do: 'pause', forMs: random.pick([100, 3 * SECOND_MS, 61 * SECOND_MS, 12 * MINUTE_MS]) };
  if (draw < 0.98) return { do: 'turn clock', byMs: random.between(-CLOCK_STEP_MS_MAX, CLOCK_STEP_MS_MAX) };
  return random.chance(0.5) ? { do: 'remove expired' } : { do: 'open', account };
}

function requestOf(random: Random, account: number): RequestAction {
  const holdMs = random.pick([5, 50, SECOND_MS, MINUTE_MS, 16 * MINUTE_MS]);
  const afterMs = random.pick([0, 0, 3, 50, 11 * MINUTE_MS]);
  return {
    ...{ do: 'request', account, holdMs },
    holdPico: random.chance(0.04)
      ? HUGE_HOLD_PICO
      : BigInt(random.pick([0, random.between(1, 60), random.between(1, 400)])),
    thinkMs: random.pick([0, 2, 10, SECOND_MS, holdMs, holdMs + random.between(0, 200), random.between(0, 2 * holdMs)]),
    priceVersion: random.pick([...PRICES.keys()]),
    tokens: random.pick([0, random.between(0, 20), random.between(0, 150)]),
    end: random.pick(['settle', 'settle', 'settle', 'settle', 'release', 'vanish']),
    again: random.chance(0.25) ? { as: random.pick(['same', 'same', 'dearer', 'release']), afterMs } : undefined,
    repeatMs: random.chance(0.1) ? random.pick([0, 5, SECOND_MS, 4 * MINUTE_MS, 11 * MINUTE_MS]) : undefined,
    capped: random.chance(0.5),
  };
}
