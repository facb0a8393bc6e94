import { hash } from 'node:crypto';
import type { Check, Write } from '../../domain/table/table-store';
import { IdempotencyMismatch } from '../../domain/table/table-errors';

/** How long DynamoDB remembers a transaction's token. */
const TOKEN_LIFE_MS = 10 * 60 * 1000;

/** The token of a committed transaction and what it wrote. */
export interface SpentToken {
  readonly token: string;
  readonly fingerprint: string;
  /** Epoch milliseconds of the commit. */
  readonly at: number;
}

/** Stands for a transaction's writes. A number is the same as the bigint of its value. */
export function fingerprintOf(writes: readonly (Write | Check)[]): string {
  const text = JSON.stringify(writes, (_, value: unknown) =>
    typeof value === 'bigint' || typeof value === 'number' ? { N: value.toString() } : value,
  );
  return hash('sha256', text, 'base64');
}

/** The tokens of the last ten minutes, oldest first. */
export class IdempotencyTokens {
  readonly #spent = new Map<string, SpentToken>();

  /** Whether this transaction was committed before. @throws IdempotencyMismatch if another was, with its token. */
  isRepeat(token: string, fingerprint: string, now: number): boolean {
    const spent = this.#spent.get(token);
    if (spent === undefined || !isAlive(spent, now)) return false;
    if (spent.fingerprint !== fingerprint) throw new IdempotencyMismatch();
    return true;
  }

  add(spent: SpentToken): void {
    for (const oldest of this.#spent.values()) {
      if (isAlive(oldest, spent.at)) break;
      this.#spent.delete(oldest.token);
    }
    // Deleted first, so that a token spent anew moves behind the others.
    this.#spent.delete(spent.token);
    this.#spent.set(spent.token, spent);
  }

  alive(now: number): readonly SpentToken[] {
    return [...this.#spent.values()].filter((spent) => isAlive(spent, now));
  }
}

const isAlive = (spent: SpentToken, now: number): boolean => now - spent.at < TOKEN_LIFE_MS;
