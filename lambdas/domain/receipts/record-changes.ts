import type { Receipt } from '../../contracts/storage/receipt';
import type { UsageRecord } from '../../contracts/storage/usage-record';
import { receiptHash, receiptOf, receiptText } from './receipt';
import type { OpenLeaf } from './open-leaves';

/** The leaf of a request's end. */
export function leafOf(record: UsageRecord): OpenLeaf {
  // An expiry may give way to a late settle, so its receipt keeps its text.
  return openLeaf(record, undefined, record.status === 'expired');
}

/** The leaf of a late settle, whose record took the place of the expiry's. Undefined where nothing is charged anew. */
export function supersedingLeafOf(expiry: Receipt, record: UsageRecord): OpenLeaf | undefined {
  if (receiptText(expiry) === receiptText(receiptOf(record))) return undefined;
  return openLeaf(record, receiptHash(expiry).toString('hex'), true);
}

function openLeaf(record: UsageRecord, supersedes: string | undefined, keepsText: boolean): OpenLeaf {
  const { accountId, requestId, at, durationMs } = record;
  const receipt = receiptOf(record, supersedes);
  return {
    accountId,
    requestId,
    endedAt: Date.parse(at) + durationMs,
    hash: receiptHash(receipt),
    ...(keepsText && { text: receiptText(receipt) }),
  };
}
