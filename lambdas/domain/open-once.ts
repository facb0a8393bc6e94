/**
 * Opens something at once, and once. A failure is not kept: whoever asks next has it opened again, so that a moment
 * without a secret or a table does not make a process useless for as long as it lives.
 */
export function openOnce<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  const get = (): Promise<T> => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  // Nobody has asked yet, and whoever does is told.
  get().catch(() => undefined);
  return get;
}
