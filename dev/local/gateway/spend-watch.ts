import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { KeySuspensions } from '../../../lambdas/domain/keys/key-suspensions';
import type { Log } from '../../../lambdas/domain/log';
import { KeySpend } from '../../../lambdas/domain/usage/spend-watch/key-spend';
import { SpendWatch as KeySpendWatch } from '../../../lambdas/domain/usage/spend-watch/spend-watch';
import { spend } from '../../../lambdas/handlers/usage/spend';
import type { LocalServices } from './local-services';
import { PeriodicTask } from './periodic-task';
import { UsageChanges } from './usage-changes';

const WATCH_EVERY_MS = 5_000;

/** Adds up what each key spends every few seconds, with the code of the function that does so in AWS. */
export class SpendWatch {
  private readonly handleChanges: ReturnType<typeof spend>;
  /** Changes not yet added up. They are lost with the process, so a key may spend that much more before it is noticed. */
  private readonly changes = new UsageChanges();
  private readonly task = new PeriodicTask(WATCH_EVERY_MS, () => this.run());

  constructor({ store, clock }: Pick<LocalServices, 'store' | 'clock'>, log: Log) {
    const suspensions = new KeySuspensions({ store, clock, audit: new AuditLog({ store, clock }) });
    const watch = new KeySpendWatch({ spend: new KeySpend({ store, clock }), suspensions, clock, log });
    this.handleChanges = spend({ watch, log });
    this.changes.follow(store);
  }

  start(): void {
    this.task.start();
  }

  /** Stops after one last run, which adds up the requests that have finished. */
  async stop(): Promise<void> {
    await this.task.stop();
    await this.run();
  }

  private async run(): Promise<void> {
    await this.changes.deliver(this.handleChanges);
  }
}
