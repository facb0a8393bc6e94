/** The result of one check. */
export interface Finding {
  /** The expectation that was checked, in words. */
  readonly check: string;
  readonly state: 'ok' | 'failed' | 'skipped';
  /** The observation, or why the check was skipped. It never contains a key or the text of an answer. */
  readonly measured: string;
}

export const ok = (check: string, measured: string): Finding => ({ check, state: 'ok', measured });
export const failed = (check: string, measured: string): Finding => ({ check, state: 'failed', measured });
export const skipped = (check: string, reason: string): Finding => ({ check, state: 'skipped', measured: reason });

export const verdict = (check: string, passed: boolean, measured: string): Finding =>
  passed ? ok(check, measured) : failed(check, measured);

/** Reduces an error to its code or name, because its message may quote what was sent. */
export function reasonOf(error: unknown): string {
  const { cause } = error as { readonly cause?: unknown };
  const { code } = (cause ?? error) as { readonly code?: unknown };
  if (typeof code === 'string') return code;
  return error instanceof Error ? error.name : 'unknown error';
}
