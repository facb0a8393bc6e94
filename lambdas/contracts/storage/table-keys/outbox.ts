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

/** Only partitions of events that are not yet addressed to the account's webhooks begin with this. */
export const EVENT_PREFIX = 'event#';
export const eventPartition = (shard: string): string => `${EVENT_PREFIX}${shard}`;
export const eventKey = (messageId: string): Key => ({ pk: eventPartition(shardOf(messageId)), sk: messageId });

/** Only partitions of deliveries that are still to be made begin with this. */
export const PENDING_DELIVERY_PREFIX = 'webhook#';
export const pendingDeliveryPartition = (shard: string): string => `${PENDING_DELIVERY_PREFIX}${shard}`;
export const pendingDeliveryKey = (deliveryId: string): Key => ({
  pk: pendingDeliveryPartition(shardOf(deliveryId)),
  sk: deliveryId,
});

/** The delivery log of an account. The deliveries to one webhook are together, in the order of their events. */
export const deliveriesPartition = (accountId: string): string => `deliveries#${accountId}`;
export const deliveryPrefix = (webhookId: string): string => `${webhookId}#`;
export const deliveryKey = (accountId: string, webhookId: string, deliveryId: string): Key => ({
  pk: deliveriesPartition(accountId),
  sk: `${deliveryPrefix(webhookId)}${deliveryId}`,
});
