import type { Log } from '../../domain/log';
import type { Wallet } from '../../domain/wallet/wallet';

export interface SweepDependencies {
  readonly wallet: Pick<Wallet, 'expireDue'>;
  readonly log: Log;
}

/** Expires overdue holds. It runs every minute; running it concurrently or repeatedly does no harm. */
export function sweep({ wallet, log }: SweepDependencies): () => Promise<void> {
  return async () => {
    const { expired, overdue, failed } = await wallet.expireDue({});
    if (expired > 0) log.warn('HOLDS_EXPIRED', { count: expired });
    // The account cannot use money that stays held long after its deadline.
    if (overdue > 0) log.error('HOLD_OVERDUE', { count: overdue });
    // Fail the run, because the function's alarm counts failed runs.
    if (failed > 0) throw new Error(`${failed} holds could not be ended`);
  };
}
