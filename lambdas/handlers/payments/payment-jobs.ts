import { errorName, type Log } from '../../domain/log';
import type { Payments } from '../../domain/payments/payments';
import type { Funds } from '../../domain/wallet/funds/funds';

export interface PaymentJobsDependencies {
  readonly funds: Pick<Funds, 'expireGrants'>;
  /** Absent if the deployment takes no payments. */
  readonly payments: Pick<Payments, 'complete'> | undefined;
  readonly log: Log;
}

/**
 * Ends the grants that are due, and finishes refunds and charges that were interrupted. It runs every few minutes; running
 * it concurrently or repeatedly does no harm.
 */
export function paymentJobs({ funds, payments, log }: PaymentJobsDependencies): () => Promise<void> {
  return async () => {
    const done = await Promise.allSettled([funds.expireGrants(), payments?.complete()]);
    const failed = done.find((result) => result.status === 'rejected');
    if (failed === undefined) return;
    log.error('PAYMENT_JOB_FAILED', { cause: errorName(failed.reason) });
    throw failed.reason;
  };
}
