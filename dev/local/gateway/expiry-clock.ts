import { z } from 'zod';
import type { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';

/** Longer than a machine sleeps overnight. A larger step of the clock is doubted. */
const PLAUSIBLE_STEP_MS = 24 * 60 * 60 * 1000;
/** A doubted time is believed once the gateway has run this long with it. */
const CONFIRMED_AFTER_MS = 6 * 60 * 60 * 1000;
/** The history is stored this often, so a killed process forgets no more. */
const STORED_EVERY_MS = 60 * 1000;

/** The fact under which a store keeps the history of its clock. */
export const CLOCK_FACT = 'clock';

const historySchema = z.object({
  /** Epoch milliseconds: the last time that was believed. */
  believed: z.number(),
  /** How long the gateway has run, in all its runs, while it doubted the clock; 0 when it does not. */
  doubtedMs: z.number(),
});

type ClockHistory = z.infer<typeof historySchema>;

/** The history of a store whose last known time is `believed`, in epoch milliseconds. */
export const initialClock = (believed: number): string => JSON.stringify({ believed, doubtedMs: 0 });

/** A clock and a timer that nobody can set, both in milliseconds. */
export interface TimeSources {
  readonly clock: () => number;
  readonly timer: () => number;
}

export interface ExpiryTime {
  /** Epoch milliseconds: what expired before this may be removed. */
  readonly removeBefore: number;
  /** Whether the clock is implausibly far ahead. */
  readonly isDoubted: boolean;
}

/**
 * The time by which items are removed for good. A clock that jumps ahead would expire everything at once, so a reading
 * that is implausibly far ahead is doubted until the gateway has run with it for hours. Reads do not wait: they never
 * return an item that has expired by the clock.
 */
export class ExpiryClock {
  readonly #store: Pick<EmbeddedStore, 'fact' | 'putFact'>;
  readonly #sources: TimeSources;
  #history: ClockHistory | undefined;
  #readAt: number;
  #storedAt = -Infinity;

  constructor(store: Pick<EmbeddedStore, 'fact' | 'putFact'>, sources: TimeSources) {
    this.#store = store;
    this.#sources = sources;
    this.#readAt = sources.timer();
    const stored = store.fact(CLOCK_FACT);
    this.#history = stored === undefined ? undefined : historySchema.parse(JSON.parse(stored));
  }

  async read(): Promise<ExpiryTime> {
    const timer = this.#sources.timer();
    const now = this.#sources.clock();
    this.#history = judge(this.#history, now, timer - this.#readAt);
    this.#readAt = timer;
    if (timer - this.#storedAt >= STORED_EVERY_MS) {
      await this.#store.putFact(CLOCK_FACT, JSON.stringify(this.#history));
      this.#storedAt = timer;
    }
    const { believed } = this.#history;
    return { removeBefore: believed, isDoubted: believed < now };
  }
}

function judge(history: ClockHistory | undefined, now: number, elapsedMs: number): ClockHistory {
  if (history === undefined) return { believed: now, doubtedMs: 0 };
  const believed = history.believed + elapsedMs;
  const doubtedMs = history.doubtedMs + elapsedMs;
  const isBelieved = now - believed <= PLAUSIBLE_STEP_MS || doubtedMs >= CONFIRMED_AFTER_MS;
  return isBelieved ? { believed: now, doubtedMs: 0 } : { believed, doubtedMs };
}
