import { BoundedMap } from '../bounded-map';
import type { Clock } from '../clock';

/** How often something was counted, and since when. */
export interface RecentCount {
  readonly count: number;
  /** Epoch milliseconds. */
  readonly from: number;
}

/** Counts by name within a window that begins with the first count, in the memory of this process. */
export class RecentCounts {
  readonly #clock: Clock;
  readonly #windowMs: number;
  readonly #counts: BoundedMap<RecentCount>;

  constructor(options: { readonly clock: Clock; readonly windowMs: number; readonly entriesMax: number }) {
    this.#clock = options.clock;
    this.#windowMs = options.windowMs;
    this.#counts = new BoundedMap(options.entriesMax);
  }

  find(name: string): RecentCount | undefined {
    const now = this.#clock();
    const entry = this.#counts.get(name);
    // A clock that was set back must not prolong the window.
    return entry && entry.from <= now && now < entry.from + this.#windowMs ? entry : undefined;
  }

  /** @returns the count, this one included */
  add(name: string): number {
    const { count, from } = this.find(name) ?? { count: 0, from: this.#clock() };
    this.#counts.set(name, { count: count + 1, from });
    return count + 1;
  }
}
