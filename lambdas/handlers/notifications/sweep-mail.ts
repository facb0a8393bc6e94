import type { Log } from '../../domain/log';
import type { MailDelivery } from '../../domain/notifications/delivery/mail-delivery';

export interface SweepMailDependencies {
  readonly delivery: Pick<MailDelivery, 'sweep'>;
  readonly log: Log;
}

/**
 * Delivers what the stream left over: messages whose next attempt is due, or whose attempt has no known end. It runs
 * every minute; running it concurrently or repeatedly does no harm.
 */
export function sweepMail({ delivery, log }: SweepMailDependencies): () => Promise<void> {
  return async () => {
    const { overdue, failed } = await delivery.sweep();
    if (overdue > 0) log.error('MAIL_OVERDUE', { count: overdue });
    // Fail the run, because the function's alarm counts failed runs.
    if (failed > 0) throw new Error(`${failed} messages could not be delivered`);
  };
}
