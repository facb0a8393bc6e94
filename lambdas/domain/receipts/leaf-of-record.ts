import type { Receipt } from '../../contracts/storage/receipt';
import type { UsageRecord } from '../../contracts/storage/usage-record';
import { receiptHash, receiptOf, receiptText } from './receipt';
import type { OpenLeaf } from './open-leaves';

/** The leaf of a request that has ended. */
export function leafOf(record: UsageRecord): OpenLeaf {
  // A late settle may replace the record of an expiry, so the leaf keeps the receipt's text.
  return openLeaf(record, undefined, record.status === 'expired');
}

/**
 * The leaf of a late settle, whose record has replaced the record of an expiry.
 * @returns `undefined` if both records give the same receipt
 */
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
