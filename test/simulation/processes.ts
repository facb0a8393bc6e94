import type { Clock } from '../../lambdas/domain/clock';
import { LeaseBook } from '../../lambdas/domain/wallet/leases/lease-book';
import { latencyMs } from './faults';
import type { Random } from './random';
import type { Run, Scheduler } from './scheduler';

/** The largest offset of a process's clock from true time, in milliseconds. */
export const DRIFT_MS_MAX = 10 * 60_000;

/**
 * A process that runs the domain's code, with its own clock. It can crash, which ends everything that it was doing, and
 * it can pause.
 */
export class Process {
  readonly name: string;
  /** The lease book that its wallets share. A crash loses it. */
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

  /** Makes it know from the start of this life that an account is contended. */
  knowHot(accountId: string): void {
    this.leaseBook.markHot(accountId, this.clock(), Infinity);
  }

  /** The number of the process's current life, which each crash increments. */
  get life(): number {
    return this.#life;
  }

  /**
   * Calls `run` after the delay, once the process is awake, unless it has crashed by then.
   * @param life the life that `run` belongs to. @default the current one
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

  /** Starts new work, in the life that the process has by then. */
  begin(delayMs: number, random: Random, run: Run): void {
    this.#scheduler.later(delayMs, random, () => this.later(0, random, run));
  }

  sleep(milliseconds: number, random: Random): Promise<void> {
    return new Promise((resolve) => this.later(milliseconds, random, resolve));
  }

  /** Drops everything that the process did and knew, and restarts it at once, perhaps on another machine. */
  crash(random: Random): void {
    this.#life += 1;
    this.leaseBook = new LeaseBook();
    this.#pausedUntil = this.#scheduler.now + latencyMs(random);
    this.#offsetMs = random.between(-DRIFT_MS_MAX, DRIFT_MS_MAX);
  }

  pause(milliseconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#scheduler.now + milliseconds);
  }

  /** Sets the clock while the process runs. */
  turnClock(milliseconds: number): void {
    this.#offsetMs = Math.max(-DRIFT_MS_MAX, Math.min(DRIFT_MS_MAX, this.#offsetMs + milliseconds));
  }
}
