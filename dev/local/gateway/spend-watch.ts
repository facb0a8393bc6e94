import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { HOUR_MS } from '../../../lambdas/domain/clock';
import { keyAttributions } from '../../../lambdas/domain/keys/key-attribution';
import { KeySuspensions } from '../../../lambdas/domain/keys/key-suspensions';
import { errorName, type Log } from '../../../lambdas/domain/log';
import { notifyBy } from '../../../lambdas/domain/notifications/outbox/outbox';
import { ParkedChanges } from '../../../lambdas/domain/usage/parked/parked-changes';
import { completeRollUps } from '../../../lambdas/domain/usage/rollups/complete-roll-ups';
import { RollUps } from '../../../lambdas/domain/usage/rollups/roll-ups';
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
/** How often the time is stored up to which everything is counted. A later start reads no more than this again. */
const NOTED_EVERY_MS = 60_000;
/** No request runs for an hour, so one that began more than an hour before everything was counted is counted. */
const LOOKBACK_MS = HOUR_MS;
/** The fact that stores the time from which requests may be missing in the roll-ups, in epoch milliseconds. */
export const UNCOUNTED_SINCE_FACT = 'roll-ups missing since';

type WatchServices = Pick<LocalServices, 'store' | 'clock' | 'accounts' | 'usageRetentionDays'>;

/** Adds usage up and watches what each key spends, every second, with the code of the function that does so in AWS. */
export class SpendWatch {
  private readonly services: WatchServices;
  private readonly log: Log;
  private readonly handleChanges: ReturnType<typeof spend>;
  /** Changes not yet counted. They are lost with the process, and the next start counts them. */
  private readonly changes = new UsageChanges();
  private readonly task = new PeriodicTask(WATCH_EVERY_MS, () => this.run());
  private readonly stopped = new AbortController();
  private completion: Promise<void> = Promise.resolve();
  private isComplete = false;
  private notedAt = -Infinity;

  constructor(services: WatchServices, log: Log) {
    const { clock, usageRetentionDays: retentionDays } = services;
    const store = backgroundStore(services.store);
    const suspensions = new KeySuspensions({ store, clock, audit: new AuditLog({ store, clock }) });
    const notify = notifyBy(clock);
    const budgets = new BudgetWatch({ store, clock, notify });
    const alerts = new UsageAlerts({ store, clock, log, notify });
    this.services = services;
    this.log = log;
    this.handleChanges = spend({
      rollUps: new RollUps({ store, clock, retentionDays }),
      attributionsOf: keyAttributions(store),
      watch: new KeySpendWatch({ spend: new KeySpend({ store }), suspensions, budgets, alerts, clock, log }),
      parked: new ParkedChanges({ store, clock }),
      runRules,
      log,
    });
    this.changes.follow(services.store, () => this.task.hasten());
  }

  /** Counts from now on, and in the background what an earlier run left out. */
  start(): void {
    const fact = this.services.store.fact(UNCOUNTED_SINCE_FACT);
    // A clock that was ahead in the earlier run says nothing about when that was.
    const since = Math.min(Number(fact ?? 0), this.services.clock());
    this.completion = this.complete(Math.max(0, since - LOOKBACK_MS));
    this.task.start();
  }

  /** Stops after one last run, which counts the requests that have finished. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await Promise.all([this.completion, this.task.stop()]);
    this.notedAt = -Infinity;
    await this.run();
  }

  private async run(): Promise<void> {
    const now = this.services.clock();
    if (!(await this.changes.deliver(this.handleChanges))) return;
    // Before the completion is over, the time of the earlier run still holds.
    if (!this.isComplete || now - this.notedAt < NOTED_EVERY_MS) return;
    await this.note(now);
  }

  /** If the disk is full, the earlier time stays, from which the next start reads more again than it needs to. */
  private async note(now: number): Promise<void> {
    try {
      await this.services.store.putFact(UNCOUNTED_SINCE_FACT, String(now));
      this.notedAt = now;
    } catch (error) {
      this.log.warn('ROLL_UPS_NOT_NOTED', { cause: errorName(error) });
    }
  }

  private async complete(since: number): Promise<void> {
    const { accounts, clock, usageRetentionDays: retentionDays } = this.services;
    const store = backgroundStore(this.services.store, { signal: this.stopped.signal });
    const options = {
      store,
      rollUps: new RollUps({ store, clock, retentionDays }),
      attributionsOf: keyAttributions(store),
    };
    try {
      for await (const accountId of accounts.list()) await completeRollUps(options, accountId, since);
      this.isComplete = true;
    } catch (error) {
      // The next start completes what a stop interrupted.
      if (!this.stopped.signal.aborted) this.log.error('ROLL_UPS_INCOMPLETE', { cause: errorName(error) });
    }
  }
}
