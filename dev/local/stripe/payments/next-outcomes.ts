import type { Outcome } from './outcome';

/** Outcomes that a control has set for the next attempts, before what the card would do. */
export class NextOutcomes {
  private readonly queue: Outcome[] = [];

  set(outcome: Outcome, times: number): void {
    for (let i = 0; i < times; i += 1) this.queue.push(outcome);
  }

  next(): Outcome | undefined {
    return this.queue[0];
  }

  take(): Outcome | undefined {
    return this.queue.shift();
  }
}
