import { createHistogram } from 'node:perf_hooks';
import type { Outcome } from './connection';
import type { JobResult } from './load-jobs';
import { nowMicros } from './traffic';

/** Ends a job early, so that the generator does not spin on a subject that fails every request at once. */
const FAILURES_MAX = 1_000;

/** Counts the results of one job. */
export class Tally {
  private completed = 0;
  events = 0;
  /** It takes the same memory for any number of values. Copying a growing list would stall the generator. */
  private readonly micros = createHistogram();
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

  /** Records the duration of a request, or the delay of an event. */
  record(micros: number): void {
    this.micros.record(Math.max(1, micros));
  }

  fail(kind: string): void {
    this.failures.set(kind, (this.failures.get(kind) ?? 0) + 1);
  }

  /** Whether so many requests failed that the job should stop. */
  get isHopeless(): boolean {
    let count = 0;
    for (const failures of this.failures.values()) count += failures;
    return count >= FAILURES_MAX;
  }

  result(): JobResult {
    const percentile = (percent: number) => (this.micros.count === 0 ? Number.NaN : this.micros.percentile(percent));
    return {
      completed: this.completed,
      seconds: (this.endedAt - this.startedAt) / 1e6,
      failures: Object.fromEntries(this.failures),
      events: this.events,
      p50Micros: percentile(50),
      p99Micros: percentile(99),
    };
  }
}
