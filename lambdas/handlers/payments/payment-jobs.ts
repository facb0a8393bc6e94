import { PAYMENT_JOBS_LIMITS } from '../../contracts/deployment/job-limits';
import { type Clock, SECOND_MS } from '../../domain/clock';
import type { LowBalances } from '../../domain/payments/low-balances';
import type { Payments } from '../../domain/payments/payments';
import type { Funds } from '../../domain/wallet/funds/funds';

export interface PaymentJobsDependencies {
  readonly funds: Pick<Funds, 'expireGrants' | 'payDebts'>;
  readonly lowBalances: Pick<LowBalances, 'checkAll'>;
  /** Absent if the deployment takes no payments. */
  readonly payments: Pick<Payments, 'complete'> | undefined;
  readonly clock: Clock;
}

/**
 * Ends the grants that are due, pays debts, tells the people of accounts that are low, and finishes refunds and charges
 * that were interrupted. It runs every few minutes; running it concurrently or repeatedly does no harm. A run that does
 * not reach every account in its time ends, and the next one begins where it stopped.
 */
export function paymentJobs({ funds, lowBalances, payments, clock }: PaymentJobsDependencies): () => Promise<void> {
  return async () => {
    const until = clock() + PAYMENT_JOBS_LIMITS.beginsSeconds * SECOND_MS;
    const done = await Promise.allSettled([
      funds.expireGrants(until),
      funds.payDebts(until),
      lowBalances.checkAll(until),
      payments?.complete(until),
    ]);
    const failed = done.find((result) => result.status === 'rejected');
    // Fail the run, because the function's alarm counts failed runs.
    if (failed) throw failed.reason;
  };
}
