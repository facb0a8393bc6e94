import { crc32 } from 'node:zlib';
import { IdempotencyMismatch } from '../../domain/table/table-errors';
import type { Check, Write } from '../../domain/table/table-store';
import type { Value } from '../../domain/table/value';
import { toStored } from './stored-items';

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
 * A checksum of a transaction's writes. It only has to notice a caller that uses a token twice by mistake. A number and a
 * bigint of the same value count as the same.
 */
export function fingerprintOf(writes: readonly (Write | Check)[]): string {
  // A write consists of values, as an item does.
  const stored = writes.map(({ table, ...write }) => [table.name, toStored(write as unknown as Value)]);
  const text = JSON.stringify(stored);
  return `${crc32(text)}.${text.length}`;
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
