import type { Log } from '../../domain/log';
import type { Wallet } from '../../domain/wallet/wallet';

export interface SweepDependencies {
  readonly wallet: Pick<Wallet, 'expireDue'>;
  readonly log: Log;
}

/** Ends the holds that nobody ended. Runs every minute; running twice at once, or again, changes nothing. */
export function sweep({ wallet, log }: SweepDependencies): () => Promise<void> {
  return async () => {
    const { expired, overdue, failed } = await wallet.expireDue({});
    if (expired > 0) log.warn('HOLDS_EXPIRED', { count: expired });
    // Money that stays held long after its deadline is money a customer cannot use.
    if (overdue > 0) log.error('HOLD_OVERDUE', { count: overdue });
    // A failed run is what the alarm on the function sees.
    if (failed > 0) throw new Error(`${failed} holds could not be ended`);
  };
}
