import { errorName, type Log } from '../../../lambdas/domain/log';
import type { LocalServices } from './local-services';
import type { ExpiryClock } from './expiry-clock';
import { PeriodicTask } from './periodic-task';

const SWEEP_EVERY_MS = 5_000;

type SweeperServices = Pick<LocalServices, 'store' | 'wallet'> & { readonly expiry: ExpiryClock };

/** Expires holds every few seconds, as a scheduled function does in AWS, and removes expired items, as DynamoDB does. */
export class Sweeper {
  private readonly services: SweeperServices;
  private readonly log: Log;
  private isClockDoubted = false;
  private readonly task = new PeriodicTask(SWEEP_EVERY_MS, () => this.sweep());

  constructor(services: SweeperServices, log: Log) {
    this.services = services;
    this.log = log;
  }

  start(): void {
    this.task.start();
  }

  /** Resolves once the current sweep has finished. */
  stop(): Promise<void> {
    return this.task.stop();
  }

  private async sweep(): Promise<void> {
    try {
      // A hold has a deadline by the clock, so a clock that is doubted ends none either.
      const removeBefore = await this.readClock();
      const { expired, overdue, failed } = await this.services.wallet.expireDue({ now: removeBefore });
      if (expired > 0) this.log.warn('HOLDS_EXPIRED', { count: expired });
      if (overdue > 0) this.log.error('HOLD_OVERDUE', { count: overdue });
      if (failed > 0) this.log.error('HOLD_NOT_EXPIRED', { count: failed });
      await this.services.store.removeExpired(removeBefore);
    } catch (error) {
      this.log.error('SWEEP_FAILED', { cause: errorName(error) });
    }
  }

  private async readClock(): Promise<number> {
    const { removeBefore, isDoubted } = await this.services.expiry.read();
    if (isDoubted && !this.isClockDoubted) this.log.warn('CLOCK_DOUBTED', {});
    this.isClockDoubted = isDoubted;
    return removeBefore;
  }
}
