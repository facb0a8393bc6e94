import type { Clock } from '../clock';
import { StoreUnavailable, TransactionCancelled } from './table-errors';

/** How long to go on when others are writing the same items or the store does not answer. */
export interface RetryPolicy {
  readonly attemptsMax: number;
  /** The ceiling of the first wait in milliseconds; it doubles with each attempt. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** No new attempt begins after this many milliseconds, the store's own time included. */
  readonly totalMs: number;
}

/** What waiting takes, so that a test can do without it. */
export interface Timing {
  readonly clock: Clock;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** From 0 to below 1: the jitter. */
  readonly random: () => number;
}

/** For a request that meets another now and then: somebody waits for its answer. */
export const REQUEST_RETRY: RetryPolicy = { attemptsMax: 6, firstWaitMs: 20, longestWaitMs: 200, totalMs: 3_000 };

/** Waits by the system's timer. */
export const systemSleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, milliseconds));

export const systemTiming = (clock: Clock): Timing => ({ clock, sleep: systemSleep, random: Math.random });

/** An attempt met another writer and is to be made again with what it has learned. */
export class RetryNeeded extends Error {
  override readonly name = 'TryAgain';
}

/**
 * Attempts until the store neither conflicts nor fails. Full jitter keeps writers that met once from meeting again.
 * The attempt may have been committed without an answer, so it must be idempotent.
 * @param onExhausted what is thrown when patience ends. @default what the last attempt threw
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

/** Whether a transaction wrote nothing because of others that write the same items. */
export function isContention(error: unknown): boolean {
  if (!(error instanceof TransactionCancelled)) return false;
  // A failed condition is a fact that its owner names before it comes here; an invalid write stays invalid.
  const codes = error.reasons.map((reason) => reason?.code);
  return (codes.includes('Conflict') || codes.includes('Throttled')) && !codes.includes('Invalid');
}
