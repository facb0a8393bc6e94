import type { Outcome } from './connection';
import type { LoadResult } from './load-jobs';
import { nowMicros } from './traffic';

/** A subject that only breaks connections must not keep the generator spinning. */
const FAILURES_MAX = 1_000;

/** What happened in one job. */
export class Tally {
  private completed = 0;
  events = 0;
  /** Durations of requests, or delays of events. */
  readonly micros: number[] = [];
  private readonly failures = new Map<string, number>();
  private readonly startedAt = nowMicros();
  private endedAt = this.startedAt;

  /** True when the request went well. */
  add(ending: Outcome): boolean {
    this.endedAt = nowMicros();
    if (ending === 200) this.completed += 1;
    else this.fail(String(ending));
    return ending === 200;
  }

  fail(what: string): void {
    this.failures.set(what, (this.failures.get(what) ?? 0) + 1);
  }

  /** True when going on would tell nothing new. */
  get hasFailed(): boolean {
    return [...this.failures.values()].reduce((sum, count) => sum + count, 0) >= FAILURES_MAX;
  }

  result(): LoadResult {
    const sorted = Float64Array.from(this.micros).sort();
    const percentile = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
    return {
      completed: this.completed,
      seconds: (this.endedAt - this.startedAt) / 1e6,
      failures: Object.fromEntries(this.failures),
      events: this.events,
      p50Micros: percentile(0.5),
      p99Micros: percentile(0.99),
    };
  }
}
