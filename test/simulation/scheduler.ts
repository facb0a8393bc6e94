import type { Random } from './random';

interface Event {
  readonly at: number;
  /** Decides between events of the same moment. */
  readonly order: number;
  readonly run: Run;
}

/** A call that reaches the tables is awaited; what goes on for longer is not. */
export type Run = () => void | Promise<void>;

const START = Date.parse('2026-11-20T10:00:00.000Z');

// Looked up once: a test's globals are slow to reach.
const nextTurn = setImmediate;

/** A history that takes more steps than this does not end. */
export const STEPS_MAX = 20_000;

export class NeverEnds extends Error {
  override readonly name = 'NeverEnds';
  constructor() {
    super(`the history goes on after ${STEPS_MAX} steps`);
  }
}

/** The only source of time and of order. Nothing waits: time jumps to the next event. */
export class Scheduler {
  /** Epoch milliseconds of the one true clock, which no process sees. */
  now = START;
  steps = 0;
  readonly #events: Event[] = [];

  /** @param random of whoever asks: it decides who comes first of those that come at once. */
  later(delayMs: number, random: Random, run: Run): void {
    this.#events.push({ at: this.now + delayMs, order: random.next(), run });
  }

  /** Runs until nothing is left to do. What an event sets off in memory ends before the next event. */
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
    for (const [place, event] of this.#events.entries()) {
      if (isBefore(event, this.#events[first])) first = place;
    }
    return this.#events.splice(first, 1)[0];
  }
}

const isBefore = (event: Event, other: Event | undefined): boolean =>
  other === undefined || event.at < other.at || (event.at === other.at && event.order < other.order);

/** Comes after all that is left to do in memory. */
function endOfTurn(): Promise<void> {
  return new Promise((resolve) => void nextTurn(resolve));
}
