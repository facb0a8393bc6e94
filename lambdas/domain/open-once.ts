/**
 * Opens a resource at the first call and shares it with all callers. A failure is not cached: the next call tries
 * again, so that a brief outage of a secret or a table does not break the process for the rest of its life.
 */
export function openOnFirstUse<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}

/** Does the same as `openOnFirstUse`, but starts opening immediately. */
export function openOnce<T>(open: () => Promise<T>): () => Promise<T> {
  const get = openOnFirstUse(open);
  // Avoid an unhandled rejection: there is no caller yet, and the first one will get the error or a new attempt.
  get().catch(() => undefined);
  return get;
}

/**
 * Does the same as `openOnce`, and resolves as soon as the resource is open, so that a program which starts can wait
 * for it. A failure, or an opening that takes longer than `waitMs`, is left to the first caller.
 */
export async function openAtStart<T>(open: () => Promise<T>, waitMs: number): Promise<() => Promise<T>> {
  const get = openOnce(open);
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<void>((resolve) => (timer = setTimeout(resolve, waitMs)));
  await Promise.race([get().catch(() => undefined), waited]);
  clearTimeout(timer);
  return get;
}
