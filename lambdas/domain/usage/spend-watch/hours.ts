import { HOUR_MS } from '../../clock';
import type { ReadRollUps } from '../rollups/read-roll-ups';
import { type DimensionValue, intervalStart, startTime } from '../rollups/targets';
import { BASELINE_HOURS } from './spend-jump';

/** @returns such as `2026-11-20T10` */
export const hourOf = (milliseconds: number): string => intervalStart('hour', milliseconds);

/** @returns epoch milliseconds */
export const startOf = (hour: string): number => startTime('hour', hour);

/**
 * The cost of each hour in the week before an hour, in pico-dollars, without the hours that have no requests.
 * @param value the key or the whole account that had the cost
 */
export async function costsInWeekBefore(
  rollUps: ReadRollUps,
  accountId: string,
  value: DimensionValue,
  hour: string,
): Promise<readonly bigint[]> {
  const start = startOf(hour);
  const range = { from: hourOf(start - BASELINE_HOURS * HOUR_MS), to: hourOf(start - HOUR_MS) };
  const costs: bigint[] = [];
  for await (const { measures } of rollUps.hours(accountId, value, range)) costs.push(measures['costPico'] ?? 0n);
  return costs;
}
