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
