import { type Key, isoTime, shardOf, SHARDS } from './key-parts';

/** A payment, under the whole deployment's ID of it. */
export const paymentKey = (paymentId: string): Key => ({ pk: `payment#${paymentId}`, sk: 'payment' });
/** The payments by the time at which they were credited. */
export const CREDITS_PARTITION = 'credits';
export const creditKey = (paymentId: string, at: string): Key => ({ pk: CREDITS_PARTITION, sk: `${at}#${paymentId}` });
/** The sort key of every balance, and of nothing else. */
export const BALANCE_SORT_KEY = 'wallet';
/** @param drawer a shard, for the balance of its drawer. @default the account's main balance */
export const balanceKey = (accountId: string, drawer?: string): Key => ({
  pk: drawer === undefined ? accountId : `${accountId}#${drawer}`,
  sk: BALANCE_SORT_KEY,
});

export const holdPartition = (shard: string): string => `holds#${shard}`;
/** The sort key begins with the deadline, so that the sweeper finds overdue holds with a range query. */
export const holdKey = (requestId: string, deadline: number): Key => ({
  pk: holdPartition(shardOf(requestId)),
  sk: `${isoTime(deadline)}#${requestId}`,
});
/** An upper bound for the sort keys of holds that are due by `milliseconds`: `~` sorts after the separator. */
export const lastHoldDueAt = (milliseconds: number): string => `${isoTime(milliseconds)}~`;
/** Leases share the partitions of holds, so that the sweeper finds both by their deadline. */
export const leaseKey = (leaseId: string, dueAt: number): Key => holdKey(leaseId, dueAt);
export const deadlineOfHold = (sk: string): number => Date.parse(sk.slice(0, sk.indexOf('#')));

export const ENTRY_PREFIX = 'entry#';
const LATE_SUFFIX = '#late';
/** @param entryId the request ID for the end of a hold, the payment ID for a credit */
export const entryKey = (accountId: string, entryId: string): Key => ({
  pk: accountId,
  sk: `${ENTRY_PREFIX}${entryId}`,
});
/** Stored with the drawer, because an account's leases can end faster than one partition accepts writes. */
export const leaseEntryKey = (accountId: string, drawer: string, leaseId: string): Key =>
  entryKey(`${accountId}#${drawer}`, leaseId);
/** All partitions that hold entries of an account. */
export const entryPartitions = (accountId: string, hasDrawers: boolean): readonly string[] =>
  hasDrawers ? [accountId, ...SHARDS.map((shard) => `${accountId}#${shard}`)] : [accountId];
/** The entry of a settle that came after its hold had expired. It sorts directly after the entry of the expiry. */
export const lateEntryKey = (accountId: string, requestId: string): Key =>
  entryKey(accountId, `${requestId}${LATE_SUFFIX}`);
