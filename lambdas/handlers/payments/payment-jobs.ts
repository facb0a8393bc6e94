import type { LowBalances } from '../../domain/payments/low-balances';
import type { Payments } from '../../domain/payments/payments';
import type { Funds } from '../../domain/wallet/funds/funds';

export interface PaymentJobsDependencies {
  readonly funds: Pick<Funds, 'expireGrants' | 'payDebts'>;
  readonly lowBalances: Pick<LowBalances, 'checkAll'>;
  /** Absent if the deployment takes no payments. */
  readonly payments: Pick<Payments, 'complete'> | undefined;
}

/**
 * Ends the grants that are due, pays debts, tells the people of accounts that are low, and finishes refunds and charges that were interrupted. It runs every few minutes; running
 * it concurrently or repeatedly does no harm.
 */
export function paymentJobs({ funds, lowBalances, payments }: PaymentJobsDependencies): () => Promise<void> {
  return async () => {
    const done = await Promise.allSettled([
      funds.expireGrants(),
      funds.payDebts(),
      lowBalances.checkAll(),
      payments?.complete(),
    ]);
    const failed = done.find((result) => result.status === 'rejected');
    // Fail the run, because the function's alarm counts failed runs.
    if (failed) throw failed.reason;
  };
}
