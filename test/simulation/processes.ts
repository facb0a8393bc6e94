import type { Clock } from '../../lambdas/domain/clock';
import { LeaseBook } from '../../lambdas/domain/wallet/leases/lease-book';
import { latencyMs } from './faults';
import type { Random } from './random';
import type { Run, Scheduler } from './scheduler';

/** How far a process's clock may be from the true one. */
export const DRIFT_MS_MAX = 10 * 60_000;

/**
 * Something that runs the domain's code, with a clock of its own. It can die, which ends all that it was doing,
 * and it can stand still.
 */
export class Process {
  readonly name: string;
  /** What it knows of its leases: its wallets share that, and it ends with its life. */
  leaseBook = new LeaseBook();
  readonly #scheduler: Scheduler;
  #offsetMs: number;
  #life = 0;
  #pausedUntil = 0;

  constructor(name: string, scheduler: Scheduler, offsetMs: number) {
    this.name = name;
    this.#scheduler = scheduler;
    this.#offsetMs = offsetMs;
  }

  readonly clock: Clock = () => this.#scheduler.now + this.#offsetMs;

  /** It knows from the beginning of this life that an account is contended. */
  knowHot(accountId: string): void {
    this.leaseBook.markHot(accountId, this.clock(), Infinity);
  }

  /** Which of its lives a process is in: it grows by one with each crash. */
  get life(): number {
    return this.#life;
  }

  /**
   * Runs once the time has come and the process is awake, unless it has died by then.
   * @param life whose the thing is. @default the present one
   */
  later(delayMs: number, random: Random, run: Run, life = this.#life): void {
    const runIfAlive: Run = () => {
      if (life !== this.#life) return undefined;
      if (this.#scheduler.now >= this.#pausedUntil) return run();
      this.#scheduler.later(this.#pausedUntil - this.#scheduler.now, random, runIfAlive);
      return undefined;
    };
    this.#scheduler.later(delayMs, random, runIfAlive);
  }

  /** Begins something new, in whatever life the process is then. */
  begin(delayMs: number, random: Random, run: Run): void {
    this.#scheduler.later(delayMs, random, () => this.later(0, random, run));
  }

  sleep(milliseconds: number, random: Random): Promise<void> {
    return new Promise((resolve) => this.later(milliseconds, random, resolve));
  }

  /** All that it did and knew is gone, and it is there again at once, perhaps on another machine. */
  crash(random: Random): void {
    this.#life += 1;
    this.leaseBook = new LeaseBook();
    this.#pausedUntil = this.#scheduler.now + latencyMs(random);
    this.#offsetMs = random.between(-DRIFT_MS_MAX, DRIFT_MS_MAX);
  }

  pause(milliseconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#scheduler.now + milliseconds);
  }

  /** A clock that is set while the process runs. */
  turnClock(milliseconds: number): void {
    this.#offsetMs = Math.max(-DRIFT_MS_MAX, Math.min(DRIFT_MS_MAX, this.#offsetMs + milliseconds));
  }
}
