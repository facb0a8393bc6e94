import type { Random } from './random';

interface Event {
  readonly at: number;
  /** Orders events of the same moment. */
  readonly order: number;
  readonly run: Run;
}

/** A call to the tables is awaited; longer work is not. */
export type Run = () => void | Promise<void>;

const START = Date.parse('2026-11-20T10:00:00.000Z');

// Looked up once, because a test's globals are slow to access.
const nextTurn = setImmediate;

/** A history that takes more steps than this is considered endless. */
export const STEPS_MAX = 20_000;

export class NeverEnds extends Error {
  override readonly name = 'NeverEnds';
  constructor() {
    super(`the history goes on after ${STEPS_MAX} steps`);
  }
}

/** The only source of time and order. Nothing really waits, because time jumps to the next event. */
export class Scheduler {
  /** The true time in epoch milliseconds, which no process sees. */
  now = START;
  steps = 0;
  readonly #events: Event[] = [];

  /** @param random the caller's generator, which orders events of the same moment */
  later(delayMs: number, random: Random, run: Run): void {
    this.#events.push({ at: this.now + delayMs, order: random.next(), run });
  }

  /** Runs until there are no more events. The in-memory work of an event ends before the next event. */
  async run(afterEach: () => void): Promise<void> {
    for (let event = this.#take(); event; event = this.#take()) {
      if (event.at > this.now) this.now = event.at;
      this.steps += 1;
      if (this.steps > STEPS_MAX) throw new NeverEnds();
      await event.run();
      await endOfTurn();
      afterEach();
    }
  }

  #take(): Event | undefined {
    let first = 0;
    for (const [index, event] of this.#events.entries()) {
      if (isBefore(event, this.#events[first])) first = index;
    }
    return this.#events.splice(first, 1)[0];
  }
}

const isBefore = (event: Event, other: Event | undefined): boolean =>
  other === undefined || event.at < other.at || (event.at === other.at && event.order < other.order);

/** Resolves after all pending in-memory work. */
function endOfTurn(): Promise<void> {
  return new Promise((resolve) => void nextTurn(resolve));
}
