import { hash } from 'node:crypto';
import type { Check, Write } from '../../domain/table/table-store';
import { IdempotencyMismatch } from '../../domain/table/table-errors';

/** DynamoDB remembers the token of a transaction for ten minutes. */
const TOKEN_LIFETIME_MS = 10 * 60 * 1000;

/** The token of a committed transaction, with a fingerprint of its writes. */
export interface UsedToken {
  readonly token: string;
  readonly fingerprint: string;
  /** Epoch milliseconds of the commit. */
  readonly at: number;
}

/** Hashes the writes of a transaction. A number and a bigint of the same value hash alike. */
export function fingerprintOf(writes: readonly (Write | Check)[]): string {
  const text = JSON.stringify(writes, (_, value: unknown) =>
    typeof value === 'bigint' || typeof value === 'number' ? { N: value.toString() } : value,
  );
  return hash('sha256', text, 'base64');
}

/** The tokens of the last ten minutes. */
export class IdempotencyTokens {
  readonly #spent = new Map<string, UsedToken>();

  /**
   * Whether this transaction has already been committed.
   * @throws IdempotencyMismatch when the token was used for a transaction with other writes
   */
  isRepeat(token: string, fingerprint: string, now: number): boolean {
    const spent = this.#spent.get(token);
    if (spent === undefined || !isLive(spent, now)) return false;
    if (spent.fingerprint !== fingerprint) throw new IdempotencyMismatch();
    return true;
  }

  add(spent: UsedToken): void {
    for (const oldest of this.#spent.values()) {
      if (isLive(oldest, spent.at)) break;
      this.#spent.delete(oldest.token);
    }
    // Entries are ordered by age. Deleting first moves a token that is reused after its lifetime to the end.
    this.#spent.delete(spent.token);
    this.#spent.set(spent.token, spent);
  }

  live(now: number): readonly UsedToken[] {
    return [...this.#spent.values()].filter((spent) => isLive(spent, now));
  }
}

const isLive = (spent: UsedToken, now: number): boolean => now - spent.at < TOKEN_LIFETIME_MS;
