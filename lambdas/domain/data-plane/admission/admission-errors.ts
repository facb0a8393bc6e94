import { AppError, Forbidden } from '../../errors/app-error';
import type { Balance } from '../../wallet/balance/balance';
import { blockOf } from '../../wallet/holds/reserve-hold';
import { WalletInDebt, WalletSuspended } from '../../wallet/wallet-errors';

/** The wallet, or the budget of the key, does not cover the worst case of the request. */
export class InsufficientQuota extends AppError {
  override readonly status = 402;
  override readonly code = 'insufficient_quota';
  override readonly kind = 'billing';
}

/** Running requests hold the money that the request needs. It comes back when they end, so the client may try again. */
export class WalletBusy extends AppError {
  override readonly status = 429;
  override readonly code = 'wallet_busy';
  override readonly kind = 'rate_limit';
}

/** A limit of the key is reached. The client may try again, unless the request is too large for any minute. */
export class RateLimited extends AppError {
  override readonly status = 429;
  override readonly code = 'rate_limit_exceeded';
  override readonly kind = 'rate_limit';
}

/** The request alone is larger than the limit of a minute, so no minute has room for it. */
export class TooLargeForMinute extends RateLimited {}

/** An operator has suspended the account, so it starts nothing and stops nothing. */
export const accountSuspended = (): Forbidden => new Forbidden('The account is suspended.', 'account_suspended');

/** The error for the client, if the wallet's error says that the account may start nothing and stop nothing. */
export function blockedError(error: unknown): AppError | undefined {
  if (error instanceof WalletSuspended) return accountSuspended();
  if (!(error instanceof WalletInDebt)) return undefined;
  return new InsufficientQuota('The account owes money after a payment dispute. Add money to the wallet to pay it.');
}

/**
 * Refuses a request of an account that is suspended or in debt.
 * @throws Forbidden, InsufficientQuota
 */
export function refuseBlocked(balance: Balance | undefined): void {
  const error = balance && blockedError(blockOf(balance));
  if (error) throw error;
}
