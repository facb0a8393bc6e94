import { type Key, isoTime, shardOf, SHARDS } from './key-parts';

// Records are sharded because a partition accepts 1,000 writes per second and an account may send more.
/** All partitions that hold usage records of an account. */
export const usagePartitions = (accountId: string): readonly string[] => SHARDS.map((shard) => `${accountId}#${shard}`);
/** Only partitions of usage records begin with this in the usage table. */
export const USAGE_RECORDS_PREFIX = 'acc_';
export const usageRecordKey = (accountId: string, requestId: string): Key => ({
  pk: `${accountId}#${shardOf(requestId)}`,
  sk: requestId,
});

/** The changes of usage records that one reader of the stream could not process. */
export const parkedPartition = (reader: string): string => `parked#${reader}`;
/** @param changeId the stream's ID of the change */
export const parkedKey = (reader: string, changeId: string): Key => ({ pk: parkedPartition(reader), sk: changeId });

/** Cancellations have their own partitions, so that a listing of an account's records contains only records. */
export const cancellationKey = (accountId: string, requestId: string): Key => ({
  pk: `cancel#${accountId}#${shardOf(requestId)}`,
  sk: requestId,
});

/** @param minute the start of the minute in epoch milliseconds */
export const cancellationCountKey = (accountId: string, minute: number): Key => ({
  pk: `cancel#${accountId}`,
  sk: `minute#${isoTime(minute)}`,
});

/** The request that an Idempotency-Key was last used for. @param keyHash a hash of the key and its owner */
export const idempotencyClaimKey = (keyHash: string): Key => ({ pk: `idempotency#${keyHash}`, sk: 'claim' });
