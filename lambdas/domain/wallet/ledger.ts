import { randomBytes } from 'node:crypto';
import type { Timing } from '../table/patience';
import type { TableStore } from '../table/table-store';

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
