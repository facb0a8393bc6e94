interface Event {
  readonly at: number;
  readonly order: number;
  readonly resume: () => void;
}

const drained = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Time that passes as fast as the work in it is done. Whoever sleeps until the same moment goes on in the order of going to sleep. */
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

  /** Whole milliseconds, as clocks tell. */
  readonly clock = (): number => Math.floor(this.now);

  /** Until nobody sleeps any more, or until this moment. */
  async run(until = Infinity): Promise<void> {
    await drained();
    for (let next = this.#events[0]; next && next.at <= until; next = this.#events[0]) {
      this.#pop();
      this.now = next.at;
      next.resume();
      // Those of the same moment wake together; what they do next is done before time goes on.
      if (this.#events[0]?.at !== next.at) await drained();
    }
    if (until !== Infinity) this.now = Math.max(this.now, until);
  }

  #push(event: Event): void {
    const events = this.#events;
    let place = events.push(event) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(event, events[parent] as Event)) break;
      events[place] = events[parent] as Event;
      place = parent;
    }
    events[place] = event;
  }

  #pop(): void {
    const events = this.#events;
    const last = events.pop();
    if (last === undefined || events.length === 0) return;
    let place = 0;
    for (;;) {
      const left = place * 2 + 1;
      const right = left + 1;
      if (left >= events.length) break;
      const isRight = right < events.length && isBefore(events[right] as Event, events[left] as Event);
      const child = isRight ? right : left;
      if (!isBefore(events[child] as Event, last)) break;
      events[place] = events[child] as Event;
      place = child;
    }
    events[place] = last;
  }
}

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
