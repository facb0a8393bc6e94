import type { Outcome } from './connection';
import type { LoadResult } from './load-jobs';
import { nowMicros } from './traffic';

/** Ends a job early, so that the generator does not spin on a subject that fails every request at once. */
const FAILURES_MAX = 1_000;

/** Counts the results of one job. */
export class Tally {
  private completed = 0;
  events = 0;
  /** Durations of requests, or delays of events. */
  readonly micros: number[] = [];
  private readonly failures = new Map<string, number>();
  private readonly startedAt = nowMicros();
  private endedAt = this.startedAt;

  /** @returns whether the request succeeded */
  add(outcome: Outcome): boolean {
    this.endedAt = nowMicros();
    if (outcome === 200) this.completed += 1;
    else this.fail(String(outcome));
    return outcome === 200;
  }

  fail(kind: string): void {
    this.failures.set(kind, (this.failures.get(kind) ?? 0) + 1);
  }

  /** Whether so many requests failed that the job should stop. */
  get isHopeless(): boolean {
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
