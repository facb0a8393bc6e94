import { type Key, isoTime } from './key-parts';

export const apiKeyKey = (keyId: string): Key => ({ pk: keyId, sk: 'key' });
/**
 * Records that a key was resumed. The record applies to all keys that share counters with it.
 * @param counterId the ID under which these keys are counted
 */
export const resumptionKey = (counterId: string): Key => ({ pk: counterId, sk: 'resumed' });
export const KEY_LISTING_PREFIX = 'key#';
export const keyListingKey = (accountId: string, keyId: string): Key => ({
  pk: accountId,
  sk: `${KEY_LISTING_PREFIX}${keyId}`,
});

/** The ID under which the keys are counted that were issued for tokens of a trust. */
export const counterIdOfTrust = (trustId: string): string => trustId.replace(/^tru_/, '');
/** The rules about what an account's requests may cost together, and whom they are attributed to. */
export const spendingRulesKey = (accountId: string): Key => ({ pk: `spending#${accountId}`, sk: 'rules' });

export const countersPartition = (counterId: string): string => `counters#${counterId}`;
/** Spent and held amounts in one window of a budget. The window's name includes its kind and time zone. */
export const budgetCounterKey = (counterId: string, window: string): Key => ({
  pk: countersPartition(counterId),
  sk: `budget#${window}`,
});
/** A part of an account's budget in one window, from which leases are taken. @param part the name of the drawer beside it */
export const budgetPartKey = (budgetId: string, part: string, window: string): Key =>
  budgetCounterKey(`${budgetId}#${part}`, window);
/** The highest percentage of a budget's window that people were told about. */
export const budgetNoticeKey = (counterId: string, window: string): Key => ({
  pk: countersPartition(counterId),
  sk: `told#${window}`,
});
/** @param minute the start of the minute in epoch milliseconds */
export const minuteCounterKey = (counterId: string, minute: number): Key => ({
  pk: countersPartition(counterId),
  sk: `minute#${isoTime(minute)}`,
});
/** How many retries of an account waited for their first attempts in a minute. */
export const waitCounterKey = (accountId: string, minute: number): Key => ({
  pk: countersPartition(accountId),
  sk: `waits#${isoTime(minute)}`,
});
/** The number of paid requests that are running. */
export const runningCounterKey = (counterId: string): Key => ({ pk: countersPartition(counterId), sk: 'running' });
