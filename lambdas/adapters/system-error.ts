/** The system error code (`ENOENT`, `ECONNRESET`), if the error has one. Unlike the message, it is safe to show. */
export function systemErrorCode(error: unknown): string | undefined {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
  return hasCode ? (error.code as string) : undefined;
}
