import { randomBytes } from 'node:crypto';
import { TransactionCancelled } from '../table/table-errors';
import type { TableStore } from '../table/table-store';
import type { Item } from '../table/value';
import type { Timing } from './patience';

/** What every step of the wallet works on. */
export interface Ledger {
  readonly store: TableStore;
  readonly timing: Timing;
  /** Days until a usage record ends. */
  readonly usageRetentionDays: number;
  /** For the id of a lease taken at this time. */
  readonly newUlid: (now: number) => string;
}

const ULID_CHARACTERS = 26;
const NONCE_BYTES = 3;

/** The same for every call: a request is reserved once, whoever asks again. */
export const reserveToken = (requestId: string): string => `r-${requestId.slice(-ULID_CHARACTERS)}`;

/**
 * New for every call and shared by its attempts: an attempt whose answer was lost is acknowledged as done,
 * while another call meets the conditions and learns what was recorded.
 */
export function callToken(step: 's' | 'e' | 'a' | 'l' | 'd', id: string): string {
  return `${step}-${id.slice(-ULID_CHARACTERS)}-${randomBytes(NONCE_BYTES).toString('hex')}`;
}

/** What was stored where the condition of the write at this place failed; `undefined` when it did not fail. */
export function failedCondition(error: unknown, place: number): { readonly item: Item | undefined } | undefined {
  const reason = error instanceof TransactionCancelled ? error.reasons[place] : undefined;
  return reason?.code === 'ConditionFailed' ? reason : undefined;
}
