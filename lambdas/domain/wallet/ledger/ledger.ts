import { randomBytes } from 'node:crypto';
import type { Timing } from '../../table/retry';
import type { TableStore } from '../../table/table-store';

/** What every step of the wallet works on. */
export interface Ledger {
  readonly store: TableStore;
  readonly timing: Timing;
  /** Days until a usage record ends. */
  readonly usageRetentionDays: number;
  /** For the id of a lease taken at this time. */
  readonly newUlid: (now: number) => string;
}

const TOKEN_BYTES = 16;

/** The same for every call: a request is reserved once, whoever asks again. */
export const reserveToken = (requestId: string): string => `r-${requestId}`;

/**
 * New for every call and shared by its attempts: an attempt whose answer was lost is acknowledged as done,
 * while another call meets the conditions and learns what was recorded.
 */
export const callToken = (): string => randomBytes(TOKEN_BYTES).toString('hex');
