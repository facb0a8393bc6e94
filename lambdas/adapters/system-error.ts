/** The system's code of a failure (`ENOENT`, `ECONNRESET`), if it has one. It is safe to show, unlike the message. */
export function systemErrorCode(error: unknown): string | undefined {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
  return hasCode ? (error.code as string) : undefined;
}
