import type { RetryPolicy, Timing } from '../table/retry';
import { retry } from '../table/retry';
import { WalletUnavailable } from './wallet-errors';

/** For a reserve, while a client waits for its first byte. */
export const RESERVE_RETRY: RetryPolicy = { attemptsMax: 9, firstWaitMs: 20, longestWaitMs: 400, totalMs: 2_000 };
/** For a settle: the tokens are already spent, and giving up would lose the charge. */
export const SETTLE_RETRY: RetryPolicy = { attemptsMax: 13, firstWaitMs: 20, longestWaitMs: 1_000, totalMs: 8_000 };

/**
 * Like `retry`, but fails with WalletUnavailable.
 * @throws WalletUnavailable when the policy is exhausted
 */
export const retryOrUnavailable = <T>(policy: RetryPolicy, timing: Timing, attempt: () => Promise<T>): Promise<T> =>
  retry(policy, timing, attempt, (cause) => new WalletUnavailable({ cause }));
