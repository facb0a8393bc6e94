import type { RetryPolicy, Timing } from '../table/retry';
import { retry } from '../table/retry';
import { WalletUnavailable } from './wallet-errors';

/** A client is waiting for its first byte. */
export const RESERVE_RETRY: RetryPolicy = { attemptsMax: 9, firstWaitMs: 20, longestWaitMs: 400, totalMs: 2_000 };
/** The tokens are spent: giving up loses the charge, and the client has its answer already. */
export const SETTLE_RETRY: RetryPolicy = { attemptsMax: 13, firstWaitMs: 20, longestWaitMs: 1_000, totalMs: 8_000 };

/** Attempts as `persist` does; throws WalletUnavailable when patience ends. */
export const retryOrUnavailable = <T>(policy: RetryPolicy, timing: Timing, attempt: () => Promise<T>): Promise<T> =>
  retry(policy, timing, attempt, (cause) => new WalletUnavailable({ cause }));
