import type { Outcome } from './outcome';

/** Outcomes that a control has set for the next attempts, before what the card would do. */
export class NextOutcomes {
  private readonly queue: Outcome[] = [];
  private delays = 0;

  /** The bank decides about the next off-session payment later. */
  delay(): void {
    this.delays += 1;
  }

  takeDelay(): boolean {
    if (this.delays === 0) return false;
    this.delays -= 1;
    return true;
  }

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
