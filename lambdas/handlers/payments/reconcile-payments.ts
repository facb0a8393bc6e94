import { type Clock, DAY_MS } from '../../domain/clock';
import type { Log } from '../../domain/log';
import type { Payments } from '../../domain/payments/payments';

/** Stripe repeats an event for three days, so what is older than that and not booked was lost. */
const COMPARED_MS = 4 * DAY_MS;

export interface ReconcileDependencies {
  readonly payments: Pick<Payments, 'reconcile'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Compares the last days of Stripe's movements with the ledger. It runs once a day. */
export function reconcilePayments({ payments, clock, log }: ReconcileDependencies): () => Promise<void> {
  return async () => {
    const now = clock();
    const { differences, movements } = await payments.reconcile({ from: now - COMPARED_MS, to: now });
    for (const { kind } of differences) log.error('PAYMENT_DIFFERENCE', { cause: kind });
    log.info('PAYMENTS_RECONCILED', { count: movements });
  };
}
