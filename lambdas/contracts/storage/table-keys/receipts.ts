import { type Key, ordinal, shardOf } from './key-parts';

// Receipts are in the usage table too, because they are derived from its records and expire with them.
export const openLeavesPartition = (shard: string): string => `leaves#${shard}`;
/** @param batch identifies the source of the leaves, so that processing a batch twice writes the same item */
export const openLeavesKey = (batch: string): Key => ({ pk: openLeavesPartition(shardOf(batch)), sk: batch });

export const treesPartition = (accountId: string): string => `trees#${accountId}`;
/**
 * Sorts by minute, so that the search for a receipt's tree can start at the end of its request. The hash gives trees
 * with different content different keys.
 */
export const treeKey = (
  accountId: string,
  tree: { readonly minute: string; readonly seal: number; readonly number: number; readonly hash: string },
): Key => ({
  pk: treesPartition(accountId),
  sk: `${tree.minute}#${ordinal(tree.seal)}#${ordinal(tree.number)}#${tree.hash}`,
});

export const lateReceiptPartition = (accountId: string): string => `late#${accountId}`;
/** Points from a request to its tree if the tree was sealed long after the request. @param tree the tree's sort key */
export const lateReceiptKey = (accountId: string, requestId: string, tree: string): Key => ({
  pk: lateReceiptPartition(accountId),
  sk: `${requestId}#${tree}`,
});

const SEALS = 'seals';
export const sealKey = (number: number): Key => ({ pk: SEALS, sk: ordinal(number) });
/** The number of the last seal. It never expires, because the next seal must follow it, however late that comes. */
export const LAST_SEAL_KEY: Key = { pk: SEALS, sk: 'last' };

/** Public keys never expire, so that a receipt can be verified at any time. */
export const RECEIPT_KEYS_PARTITION = 'receipt-keys';
export const receiptKeyKey = (keyId: string): Key => ({ pk: RECEIPT_KEYS_PARTITION, sk: keyId });
