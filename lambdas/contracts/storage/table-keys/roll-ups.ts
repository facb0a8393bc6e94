import { type Key, ordinal } from './key-parts';

/** The dimensions by which usage is added up, in the order in which they were added. `served` is a model, its provider and how the request ended, for anonymised statistics. */
export const DIMENSIONS = ['account', 'key', 'member', 'model', 'provider', 'label', 'served', 'enduser'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** The intervals of roll-ups, all in UTC. */
export const INTERVALS = ['hour', 'day', 'month'] as const;
export type Interval = (typeof INTERVALS)[number];

/** An account's roll-ups of one dimension. */
export const rollUpPartition = (accountId: string, dimension: Dimension): string => `${accountId}#${dimension}`;

/** One roll-up within its partition. */
export interface RollUpName {
  readonly interval: Interval;
  /** Such as `2026-11-20T10`, `2026-11-20` or `2026-11`, which sort as text. */
  readonly start: string;
  /** Identifies the value of the dimension. It contains no `#`. */
  readonly name: string;
}

/**
 * Hours are read as the series of one value, so the value comes first. Days and months are read for all values at once,
 * which is also how the values of a dimension are found, so the time comes first.
 */
export function rollUpSortKey({ interval, start, name }: RollUpName): string {
  return interval === 'hour' ? `${interval}#${name}#${start}` : `${interval}#${start}#${name}`;
}

/** Which requests of an account are in its roll-ups. */
export const countedPartition = (accountId: string): string => `${accountId}#counted`;
/** @param minute the minute in which the requests were admitted, such as `2026-11-20T10:30` */
export const countedPrefix = (minute: string): string => `${minute}#`;
/** @param number of the item among those of its minute, from 1 */
export const countedKey = (accountId: string, minute: string, number: number): Key => ({
  pk: countedPartition(accountId),
  sk: `${countedPrefix(minute)}${ordinal(number)}`,
});
