import { MINUTE_MS } from '../../../lambdas/domain/clock';
import { ExpiringKeys } from '../../../lambdas/domain/keys/expiring-keys';
import { errorName, type Log } from '../../../lambdas/domain/log';
import { backgroundStore } from './background-store';
import type { LocalServices } from './local-services';
import { PeriodicTask } from './periodic-task';

/** Reminds people of keys that end soon, with the code of the function that does so in AWS. */
export class KeyReminders {
  private readonly keys: ExpiringKeys;
  private readonly log: Log;
  private readonly task = new PeriodicTask(MINUTE_MS, () => this.run());

  constructor({ store, clock }: Pick<LocalServices, 'store' | 'clock'>, log: Log) {
    this.keys = new ExpiringKeys({ store: backgroundStore(store), clock });
    this.log = log;
  }

  start(): void {
    this.task.start();
  }

  stop(): Promise<void> {
    return this.task.stop();
  }

  private async run(): Promise<void> {
    try {
      await this.keys.remind();
    } catch (error) {
      this.log.warn('KEY_REMINDERS_FAILED', { cause: errorName(error) });
    }
  }
}
