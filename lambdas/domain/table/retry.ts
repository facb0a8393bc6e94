import type { Clock } from '../clock';
import { StoreUnavailable, TransactionCancelled } from './table-errors';

/** How long to keep trying when other writers conflict or the store does not answer. */
export interface RetryPolicy {
  readonly attemptsMax: number;
  /** The ceiling of the first wait in milliseconds; it doubles with each attempt. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** No new attempt begins after this many milliseconds, including the time that the store takes. */
  readonly totalMs: number;
}

/** The clock, timer and randomness of a retry, so that a test need not wait. */
export interface Timing {
  readonly clock: Clock;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** From 0 to below 1: the jitter. */
  readonly random: () => number;
}

/** For a request that rarely meets contention, while its caller waits for the response. */
export const REQUEST_RETRY: RetryPolicy = { attemptsMax: 6, firstWaitMs: 20, longestWaitMs: 200, totalMs: 3_000 };

/** Waits by the system's timer. */
export const systemSleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, milliseconds));

export const systemTiming = (clock: Clock): Timing => ({ clock, sleep: systemSleep, random: Math.random });

/** Thrown by an attempt that conflicted with another writer and should be retried with the new state. */
export class RetryNeeded extends Error {
  override readonly name = 'RetryNeeded';
}

/**
 * Retries until the store neither conflicts nor fails. Full jitter keeps writers that collided from colliding again.
 * An attempt may have been committed although its reply was lost, so it must be idempotent.
 * @param onExhausted returns the error to throw when the policy is exhausted. @default the last attempt's error
 */
export async function retry<T>(
  policy: RetryPolicy,
  timing: Timing,
  attempt: () => Promise<T>,
  onExhausted: (cause: unknown) => unknown = (cause) => cause,
): Promise<T> {
  const startedAt = timing.clock();
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isTransient(error)) throw error;
      const ceiling = Math.min(policy.longestWaitMs, policy.firstWaitMs * 2 ** (attempts - 1));
      const waitMs = Math.floor(timing.random() * ceiling);
      const isOver = attempts >= policy.attemptsMax || timing.clock() + waitMs - startedAt > policy.totalMs;
      if (isOver) throw onExhausted(error);
      await timing.sleep(waitMs);
    }
  }
}

function isTransient(error: unknown): boolean {
  return error instanceof StoreUnavailable || error instanceof RetryNeeded || isContention(error);
}

/** Whether a transaction wrote nothing because it conflicted with other writers of the same items. */
export function isContention(error: unknown): boolean {
  if (!(error instanceof TransactionCancelled)) return false;
  // Callers map a failed condition to a refusal before they get here; retrying an invalid write cannot help.
  const codes = error.reasons.map((reason) => reason?.code);
  return (codes.includes('Conflict') || codes.includes('Throttled')) && !codes.includes('Invalid');
}
