import { OUTBOX } from '../../../lambdas/contracts/storage/tables';
import { UndiciWebhookClient } from '../../../lambdas/adapters/webhooks/undici-webhook-client';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { errorName, type Log } from '../../../lambdas/domain/log';
import { notifyBy } from '../../../lambdas/domain/notifications/outbox/outbox';
import { sweepWebhooks } from '../../../lambdas/domain/notifications/webhooks/sweep-webhooks';
import { WebhookDelivery } from '../../../lambdas/domain/notifications/webhooks/webhook-delivery';
import { WebhookSecrets } from '../../../lambdas/domain/notifications/webhooks/webhook-secrets';
import { derivedSecret, WEBHOOK_SECRETS } from '../../../lambdas/domain/secret';
import { systemTiming } from '../../../lambdas/domain/table/retry';
import { backgroundStore } from './background-store';
import type { LocalServices } from './local-services';
import { PeriodicTask } from './periodic-task';

/** Finds the deliveries whose time has come; new events are sent at once. */
const SWEEP_EVERY_MS = 2_000;
/** A person who stops the gateway waits for an attempt. */
const ATTEMPT_MS_MAX = 5_000;

/** Sends events to webhooks with the code of the functions that do so in AWS, also to receivers on this machine. */
export class LocalWebhooks {
  private readonly sweepOnce: () => Promise<unknown>;
  private readonly log: Log;
  private readonly task = new PeriodicTask(SWEEP_EVERY_MS, () => this.sweep());
  private readonly unfollow: () => void;
  private readonly stopping = new AbortController();

  constructor(services: Pick<LocalServices, 'store' | 'clock' | 'pepper'>, log: Log) {
    const { clock, pepper } = services;
    const store = backgroundStore(services.store);
    const delivery = new WebhookDelivery({
      store,
      timing: systemTiming(clock),
      log,
      client: new UndiciWebhookClient({ allowsLoopback: true, attemptMsMax: ATTEMPT_MS_MAX }),
      secrets: new WebhookSecrets(derivedSecret(pepper, WEBHOOK_SECRETS)),
      audit: new AuditLog({ store, clock }),
      notify: notifyBy(clock),
    });
    this.log = log;
    const { signal } = this.stopping;
    this.sweepOnce = () => sweepWebhooks({ store, clock, delivery, signal });
    this.unfollow = services.store.onChange(() => this.task.hasten(), [OUTBOX]);
  }

  start(): void {
    this.task.start();
  }

  /** Stops after the attempts that are in progress. The next start goes on with what is left. */
  async stop(): Promise<void> {
    this.unfollow();
    this.stopping.abort();
    await this.task.stop();
  }

  private async sweep(): Promise<void> {
    try {
      await this.sweepOnce();
    } catch (error) {
      this.log.warn('WEBHOOK_NOT_DELIVERED', { cause: errorName(error) });
    }
  }
}
