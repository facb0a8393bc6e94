import type { Log } from '../../domain/log';
import type { WebhookSweep } from '../../domain/notifications/webhooks/sweep-webhooks';

export interface SweepWebhooksDependencies {
  readonly sweep: () => Promise<WebhookSweep>;
  readonly log: Log;
}

/**
 * Sends what the stream left over: events that are not addressed yet, and deliveries whose next attempt is due. It runs
 * every minute; running it concurrently or repeatedly does no harm.
 */
export function sweepOfWebhooks({ sweep, log }: SweepWebhooksDependencies): () => Promise<void> {
  return async () => {
    const { overdue, failed } = await sweep();
    if (overdue > 0) log.error('WEBHOOKS_OVERDUE', { count: overdue });
    // Fail the run, because the function's alarm counts failed runs.
    if (failed > 0) throw new Error(`${failed} events or deliveries could not be processed`);
  };
}
