import type { Payments } from '../../domain/payments/payments';
import type { Funds } from '../../domain/wallet/funds/funds';

export interface PaymentJobsDependencies {
  readonly funds: Pick<Funds, 'expireGrants' | 'payDebts'>;
  /** Absent if the deployment takes no payments. */
  readonly payments: Pick<Payments, 'complete'> | undefined;
}

/**
 * Ends the grants that are due, pays debts, and finishes refunds and charges that were interrupted. It runs every few minutes; running
 * it concurrently or repeatedly does no harm.
 */
export function paymentJobs({ funds, payments }: PaymentJobsDependencies): () => Promise<void> {
  return async () => {
    const done = await Promise.allSettled([funds.expireGrants(), funds.payDebts(), payments?.complete()]);
    const failed = done.find((result) => result.status === 'rejected');
    // Fail the run, because the function's alarm counts failed runs.
    if (failed) throw failed.reason;
  };
}
