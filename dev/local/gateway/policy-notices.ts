import { MINUTE_MS } from '../../../lambdas/domain/clock';
import { errorName, type Log } from '../../../lambdas/domain/log';
import { PolicyNotices as Notices } from '../../../lambdas/domain/policies/policy-notices';
import { backgroundStore } from './background-store';
import type { LocalServices } from './local-services';
import { PeriodicTask } from './periodic-task';

/** Tells people about new versions of policies, with the code of the function that does so in AWS. */
export class PolicyNotices {
  private readonly notices: Notices;
  private readonly log: Log;
  private readonly task = new PeriodicTask(MINUTE_MS, () => this.run());

  constructor({ store, clock }: Pick<LocalServices, 'store' | 'clock'>, log: Log) {
    this.notices = new Notices({ store: backgroundStore(store), clock });
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
      await this.notices.announce();
    } catch (error) {
      this.log.warn('POLICY_NOTICES_FAILED', { cause: errorName(error) });
    }
  }
}
