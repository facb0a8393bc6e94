import { type Key, shardOf } from './key-parts';

/** The state of a message, under its ID: it makes a message exist once, also after it was delivered. */
export const messageKey = (messageId: string): Key => ({ pk: `message#${messageId}`, sk: 'message' });
/** Only partitions of messages that are still to be mailed begin with this. Another audience gets its own prefix. */
export const PENDING_MAIL_PREFIX = 'mail#';
export const pendingMailPartition = (shard: string): string => `${PENDING_MAIL_PREFIX}${shard}`;
export const pendingMailKey = (messageId: string): Key => ({
  pk: pendingMailPartition(shardOf(messageId)),
  sk: messageId,
});
