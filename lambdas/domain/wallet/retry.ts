import type { RetryPolicy, Timing } from '../table/retry';
import { retry } from '../table/retry';
import { WalletUnavailable } from './wallet-errors';

/** Before the request: a client is waiting for its first byte. */
export const RESERVE_RETRY: RetryPolicy = { attemptsMax: 9, firstWaitMs: 20, longestWaitMs: 400, totalMs: 2_000 };
/** After the request: the tokens are spent, and giving up would lose the charge. */
export const SETTLE_RETRY: RetryPolicy = { attemptsMax: 13, firstWaitMs: 20, longestWaitMs: 1_000, totalMs: 8_000 };

/**
 * Retries as `retry` does.
 * @throws WalletUnavailable when the policy is exhausted
 */
export const retryOrUnavailable = <T>(policy: RetryPolicy, timing: Timing, attempt: () => Promise<T>): Promise<T> =>
  retry(policy, timing, attempt, (cause) => new WalletUnavailable({ cause }));
