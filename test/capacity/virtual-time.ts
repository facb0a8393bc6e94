interface Event {
  readonly at: number;
  readonly order: number;
  readonly resume: () => void;
}

const drained = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Time that passes as fast as its work is done. Sleepers of the same moment wake in the order in which they slept. */
export class VirtualTime {
  now: number;
  /** A binary heap, the earliest event first. */
  readonly #events: Event[] = [];
  #order = 0;

  constructor(startsAt: number) {
    this.now = startsAt;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resume) => {
      this.#order += 1;
      this.#push({ at: this.now + Math.max(0, milliseconds), order: this.#order, resume });
    });
  }

  /** The time in whole milliseconds, like a real clock. */
  readonly clock = (): number => Math.floor(this.now);

  /** Runs until there are no more sleepers, or until this moment. */
  async run(until = Infinity): Promise<void> {
    await drained();
    for (let next = this.#events[0]; next && next.at <= until; next = this.#events[0]) {
      this.#pop();
      this.now = next.at;
      next.resume();
      // All sleepers of one moment wake together, and their next work is done before time goes on.
      if (this.#events[0]?.at !== next.at) await drained();
    }
    if (until !== Infinity) this.now = Math.max(this.now, until);
  }

  #push(event: Event): void {
    const events = this.#events;
    let index = events.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(event, events[parent] as Event)) break;
      events[index] = events[parent] as Event;
      index = parent;
    }
    events[index] = event;
  }

  #pop(): void {
    const events = this.#events;
    const last = events.pop();
    if (last === undefined || events.length === 0) return;
    let index = 0;
    for (;;) {
      const left = index * 2 + 1;
      const right = left + 1;
      if (left >= events.length) break;
      const isRight = right < events.length && isBefore(events[right] as Event, events[left] as Event);
      const child = isRight ? right : left;
      if (!isBefore(events[child] as Event, last)) break;
      events[index] = events[child] as Event;
      index = child;
    }
    events[index] = last;
  }
}

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
