import type { Clock } from '../../../../lambdas/domain/clock';
import type { Store } from './store';

/** There is one time. */
const NOTE_ID = 'now';

/** Stripe's clock: the injected one, plus what the controls advanced it by. In seconds, as in the API. */
export class FakeTime {
  private readonly clock: Clock;
  private readonly store: Store;
  private advancedSeconds: number;
  private fixedAt: number | undefined;

  constructor(clock: Clock, store: Store) {
    this.clock = clock;
    this.store = store;
    this.advancedSeconds = store.note('time', NOTE_ID)?.advancedSeconds ?? 0;
  }

  now(): number {
    return this.fixedAt ?? this.unadvanced() + this.advancedSeconds;
  }

  /** The injected clock alone. */
  unadvanced(): number {
    return Math.floor(this.clock() / 1000);
  }

  advance(seconds: number): void {
    this.advancedSeconds += seconds;
    this.store.saveNote('time', NOTE_ID, { advancedSeconds: this.advancedSeconds });
  }

  /** Runs something that was due earlier, so that it bears the time at which it was due. */
  at(seconds: number, run: () => void): void {
    this.fixedAt = seconds;
    try {
      run();
    } finally {
      this.fixedAt = undefined;
    }
  }
}
