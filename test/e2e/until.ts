const POLL_MS_MIN = 5;
/** A long wait polls less often, because every look may be a request. It ends at most this part of its time too late. */
const POLL_SHARE = 0.05;
/** Shorter than the timeout of a test, so that a test that hangs fails with the name of the condition. */
const HANG_MS = 180_000;

/**
 * Polls a condition until it returns something other than false and undefined, and resolves to that value.
 * @param what a description of the condition, for the error message
 * @throws Error when the condition never holds
 */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  hangMs = HANG_MS,
): Promise<T> {
  const startedAt = performance.now();
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    const waitedMs = performance.now() - startedAt;
    if (waitedMs > hangMs) throw new Error(`timed out after ${hangMs} ms waiting for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, Math.max(POLL_MS_MIN, waitedMs * POLL_SHARE)));
  }
}
