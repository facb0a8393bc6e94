import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { KeySuspensions } from '../../../lambdas/domain/keys/key-suspensions';
import type { Log } from '../../../lambdas/domain/log';
import { notifyBy } from '../../../lambdas/domain/notifications/outbox/outbox';
import { ParkedChanges } from '../../../lambdas/domain/usage/parked/parked-changes';
import { AccountHours } from '../../../lambdas/domain/usage/spend-watch/account-hours';
import { BudgetWatch } from '../../../lambdas/domain/usage/spend-watch/budget-watch';
import { KeySpend } from '../../../lambdas/domain/usage/spend-watch/key-spend';
import { SpendWatch as KeySpendWatch } from '../../../lambdas/domain/usage/spend-watch/spend-watch';
import { UsageAlerts } from '../../../lambdas/domain/usage/spend-watch/usage-alerts';
import { spend } from '../../../lambdas/handlers/usage/spend';
import { backgroundStore } from './background-store';
import type { LocalServices } from './local-services';
import { PeriodicTask } from './periodic-task';
import { runRules } from './run-rules';
import { UsageChanges } from './usage-changes';

const WATCH_EVERY_MS = 1_000;

/** Adds up what each key spends every second, with the code of the function that does so in AWS. */
export class SpendWatch {
  private readonly handleChanges: ReturnType<typeof spend>;
  /** Changes not yet added up. They are lost with the process, so a key may spend that much more before it is noticed. */
  private readonly changes = new UsageChanges();
  private readonly task = new PeriodicTask(WATCH_EVERY_MS, () => this.run());

  constructor(services: Pick<LocalServices, 'store' | 'clock'>, log: Log) {
    const { clock } = services;
    const store = backgroundStore(services.store);
    const suspensions = new KeySuspensions({ store, clock, audit: new AuditLog({ store, clock }) });
    const notify = notifyBy(clock);
    const budgets = new BudgetWatch({ store, clock, notify });
    const hours = new AccountHours({ store, clock });
    const alerts = { hours, rules: new UsageAlerts({ store, clock, log, hours, notify }) };
    const keySpend = new KeySpend({ store, clock });
    const watch = new KeySpendWatch({ spend: keySpend, suspensions, budgets, alerts, clock, log });
    this.handleChanges = spend({ watch, parked: new ParkedChanges({ store, clock }), runRules, log });
    this.changes.follow(services.store, () => this.task.hasten());
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
