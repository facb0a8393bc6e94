import { errorName, type Log } from '../../../lambdas/domain/log';
import { ACCOUNTS_MIN_DEFAULT } from '../../../lambdas/contracts/deployment/statistics';
import { overdueErasures } from '../../../lambdas/domain/privacy/erasure/overdue-erasures';
import { Statistics } from '../../../lambdas/domain/usage/statistics/statistics';
import { checkRetention } from '../../../lambdas/handlers/usage/check-retention';
import { publishStatistics } from '../../../lambdas/handlers/usage/statistics';
import { backgroundStore } from './background-store';
import type { LocalServices } from './local-services';
import { PeriodicTask } from './periodic-task';

/** In AWS they run once a day. A local run may be short, and a repeat finds little to do. */
const RUN_EVERY_MS = 10 * 60_000;

type Services = Pick<LocalServices, 'store' | 'clock' | 'accounts' | 'usageRetentionDays'>;

/** Anonymises usage and checks its retention, with the code of the two functions that do so in AWS. */
export class UsageTasks {
  private readonly log: Log;
  private readonly jobs: readonly (() => Promise<void>)[];
  private readonly task = new PeriodicTask(RUN_EVERY_MS, () => this.run());

  constructor({ store: embedded, clock, accounts, usageRetentionDays: retentionDays }: Services, log: Log) {
    const store = backgroundStore(embedded);
    const options = { store, clock, everyAccount: () => accounts.list(), retentionDays };
    this.log = log;
    this.jobs = [
      publishStatistics({ statistics: new Statistics({ ...options, accountsMin: ACCOUNTS_MIN_DEFAULT }), log }),
      checkRetention({ ...options, overdueErasures: () => overdueErasures(options), log }),
    ];
  }

  start(): void {
    this.task.start();
  }

  /** Resolves once the current run has finished. */
  stop(): Promise<void> {
    return this.task.stop();
  }

  private async run(): Promise<void> {
    for (const job of this.jobs) {
      try {
        await job();
      } catch (error) {
        this.log.error('USAGE_JOB_FAILED', { cause: errorName(error) });
      }
    }
  }
}
