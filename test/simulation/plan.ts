import type { Action } from './actions';
import { DRIFT_MS_MAX } from './processes';
import { Random } from './random';
import { sceneOf } from './scenes';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

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
  const length = random.between(2, 7);
  for (let count = 0; count < length; count += 1) {
    pass();
    for (const [action, afterMs] of sceneOf(random, accounts, payments.length)) add(action, afterMs);
  }
  return {
    ...{ seed, isLocal, accounts, payments, operations },
    drifts: Array.from({ length: processes }, () => random.between(-drift, drift)),
    faultRate: random.pick(FAULT_RATES),
  };
}

const paymentOf = (random: Random, accounts: number): Payment => ({
  account: random.between(0, accounts - 1),
  amountPico: BigInt(random.pick([1, 100, 500, 500, 1_000, 10 ** 15])),
});
