const POLL_MS = 5;
/** Ends a wait for something that never happens, before the test's own timeout would end it without saying what for. */
const HANG_MS = 180_000;

/**
 * Resolves with the condition's first value that is neither false nor undefined.
 * @throws Error naming what was waited for, when it never happens
 */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  hangMs = HANG_MS,
): Promise<T> {
  const hangsAt = performance.now() + hangMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > hangsAt) throw new Error(`waited ${hangMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
