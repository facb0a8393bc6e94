import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../clock';

/** How long an event is sent again until it is accepted, from its first failure on. */
export const RETRY_MS_MAX = 3 * DAY_MS;

/** The waits after the first, the second and each further failure. */
const WAITS_MS = [
  MINUTE_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  DAY_MS,
] as const;
/** A wait is this part of its value, or up to the same part more, so that the events of an outage do not all return at once. */
const SHORTEST_PART = 0.8;

/**
 * When to send an event again that was not accepted.
 * @param failure.attempts at least 1
 * @param failure.retryUntil epoch milliseconds: the time of the last attempt
 * @param random from 0 to below 1: the jitter
 * @returns epoch milliseconds; undefined if that was the last attempt
 */
export function nextAttemptAt(
  { attempts, now, retryUntil }: { readonly attempts: number; readonly now: number; readonly retryUntil: number },
  random: number,
): number | undefined {
  if (now >= retryUntil) return undefined;
  const waitMs = WAITS_MS[Math.min(attempts, WAITS_MS.length) - 1] ?? DAY_MS;
  const jittered = Math.floor(waitMs * (SHORTEST_PART + 2 * (1 - SHORTEST_PART) * random));
  return Math.min(now + jittered, retryUntil);
}
