import { IdempotencyMismatch } from '../../domain/table/table-errors';

/** DynamoDB remembers the token of a transaction for ten minutes. */
export const TOKEN_LIFETIME_MS = 10 * 60 * 1000;

/** The token of a committed transaction, with a fingerprint of its writes. */
export interface UsedToken {
  readonly token: string;
  readonly fingerprint: string;
  /** Epoch milliseconds of the commit. */
  readonly at: number;
}

/**
 * Whether a transaction has already been committed.
 * @param known the stored token of the same name
 * @throws IdempotencyMismatch when the token was used for a transaction with other writes
 */
export function isRepeat(used: UsedToken, known: UsedToken | undefined): boolean {
  if (known === undefined || used.at - known.at >= TOKEN_LIFETIME_MS) return false;
  if (used.fingerprint !== known.fingerprint) throw new IdempotencyMismatch();
  return true;
}
