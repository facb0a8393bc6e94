/** The functions of the process that tell the time, wait, or draw at random. */
interface Replaced {
  setTimeout: unknown;
  clearTimeout: unknown;
}

/** When the virtual time begins, in epoch milliseconds: a day on which all prices of the trace are in force. */
const EPOCH_MS = Date.UTC(2026, 10, 2);

interface Timer {
  readonly at: number;
  /** Timers of the same moment run in the order in which they were set. */
  readonly order: number;
  readonly run: () => void;
  isCleared: boolean;
}

/**
 * A clock that does not run, and timers that run as fast as their work allows. While it is installed, the gateway's own
 * timers, clocks and random numbers are these, so that a trace has the same result on every machine.
 */
export class VirtualTime {
  #now = EPOCH_MS;
  #order = 0;
  readonly #heap: Timer[] = [];

  readonly now = (): number => this.#now;

  readonly sleep = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => void this.set(resolve, milliseconds));

  set(run: () => void, milliseconds: number): Timer {
    const timer = { at: this.#now + Math.max(0, milliseconds), order: (this.#order += 1), run, isCleared: false };
    this.#push(timer);
    return timer;
  }

  /** Runs the work and its timers until it is done, with the process's own functions replaced. */
  async run<Result>(random: () => number, work: () => Promise<Result>): Promise<Result> {
    const restore = this.#install(random);
    try {
      const state = { isDone: false };
      const done = work().finally(() => {
        state.isDone = true;
      });
      // A failure is reported by the last line, and must not end the process before that.
      done.catch(() => undefined);
      await nextTurn();
      while (!state.isDone) {
        const timer = this.#pop();
        if (timer === undefined) throw new Error('the trace waits, and no timer is set');
        this.#now = timer.at;
        timer.run();
        await nextTurn();
      }
      return await done;
    } finally {
      restore();
    }
  }

  #install(random: () => number): () => void {
    const target = globalThis as unknown as Replaced;
    const before = { setTimeout: target.setTimeout, clearTimeout: target.clearTimeout };
    const { now } = Date;
    const { random: randomBefore } = Math;
    const { performance } = globalThis;
    const set = (run: (...args: readonly unknown[]) => void, milliseconds = 0, ...args: readonly unknown[]) =>
      new Handle(this, () => run(...args), milliseconds);
    const clear = (handle: Handle | undefined): void => handle?.clear();
    Object.assign(target, { setTimeout: set, clearTimeout: clear });
    Object.assign(Date, { now: this.now });
    Object.assign(Math, { random });
    Object.defineProperty(performance, 'now', {
      value: () => this.#now - EPOCH_MS,
      configurable: true,
      writable: true,
    });
    return () => {
      Object.assign(target, before);
      Object.assign(Date, { now });
      Object.assign(Math, { random: randomBefore });
      // The method itself belongs to the prototype.
      Reflect.deleteProperty(performance, 'now');
    };
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, timer)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = timer;
  }

  /** The next timer that was not cleared. */
  #pop(): Timer | undefined {
    for (;;) {
      const first = this.#heap[0];
      const last = this.#heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (first !== last) this.#sink(last);
      if (!first.isCleared) return first;
    }
  }

  #sink(timer: Timer): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      const isRight = left !== undefined && right !== undefined && isBefore(right, left);
      const below = isRight ? right : left;
      if (below === undefined || isBefore(timer, below)) break;
      heap[at] = below;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = timer;
  }
}

/** The result of `setTimeout` in virtual time. */
class Handle {
  readonly #set: () => Timer;
  #timer: Timer;

  constructor(time: VirtualTime, run: () => void, milliseconds: number) {
    this.#set = () => time.set(run, milliseconds);
    this.#timer = this.#set();
  }

  clear(): void {
    this.#timer.isCleared = true;
  }

  refresh(): this {
    this.clear();
    this.#timer = this.#set();
    return this;
  }

  unref(): this {
    return this;
  }
}

const isBefore = (one: Timer, other: Timer): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

/** After a turn of the event loop, everything that needs no timer has run: the store is in memory. */
const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
