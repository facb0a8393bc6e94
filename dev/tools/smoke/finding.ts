/** What one check found. */
export interface Finding {
  /** What must be so, in words. */
  readonly check: string;
  readonly state: 'ok' | 'failed' | 'skipped';
  /** What was seen, or why nothing was looked at. Never a key or an answer's text. */
  readonly measured: string;
}

export const ok = (check: string, measured: string): Finding => ({ check, state: 'ok', measured });
export const failed = (check: string, measured: string): Finding => ({ check, state: 'failed', measured });
export const skipped = (check: string, reason: string): Finding => ({ check, state: 'skipped', measured: reason });

export const verdict = (check: string, holds: boolean, measured: string): Finding =>
  holds ? ok(check, measured) : failed(check, measured);

/** An error as one can print it: a name or code, as a message may quote what was sent. */
export function reasonOf(error: unknown): string {
  const { cause } = error as { readonly cause?: unknown };
  const { code } = (cause ?? error) as { readonly code?: unknown };
  if (typeof code === 'string') return code;
  return error instanceof Error ? error.name : 'unknown error';
}
