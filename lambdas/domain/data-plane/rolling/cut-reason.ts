import type { ShortSource } from '../../wallet/holds/settlement';
import {
  HoldNotFound,
  InsufficientFunds,
  KeyLimitReached,
  WalletInDebt,
  WalletSuspended,
} from '../../wallet/wallet-errors';

/**
 * Why the hold of a running request could not grow: its account or the budget of its key has too little, the account is
 * suspended, the hold has expired, or the store did not answer in time.
 */
export type CutReason = ShortSource | 'suspended' | 'time_limit' | 'store';

/** @param error the last failure to extend the hold; undefined when no attempt has ended */
export function cutReasonOf(error: unknown): CutReason {
  if (error instanceof InsufficientFunds || error instanceof WalletInDebt) return 'account';
  if (error instanceof KeyLimitReached) return 'budget';
  if (error instanceof WalletSuspended) return 'suspended';
  return error instanceof HoldNotFound ? 'time_limit' : 'store';
}
