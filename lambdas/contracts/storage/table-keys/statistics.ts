import { type Key, ordinal } from './key-parts';

export const STATISTICS_PARTITION = 'statistics';
/**
 * A part of a day's statistics. The first part exists for each day that was published.
 * @param day such as `2026-11-20`
 * @param part from 0
 */
export const statisticsKey = (day: string, part: number): Key => ({
  pk: STATISTICS_PARTITION,
  sk: `${day}#${ordinal(part)}`,
});
