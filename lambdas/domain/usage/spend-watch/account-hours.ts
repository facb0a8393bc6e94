import type { RequestStatus } from '../../../contracts/storage/usage-record';
import { MEASURE_PREFIXES } from '../rollups/measures';
import type { ReadRollUps } from '../rollups/read-roll-ups';
import { type Attributed, WHOLE_ACCOUNT } from '../rollups/targets';
import { costsInWeekBefore, hourOf } from './hours';

const ACCOUNT_VALUE = { dimension: 'account', value: WHOLE_ACCOUNT } as const;
/** A request counts as failed unless its client has its answer, or has ended it. */
const FAILED: readonly RequestStatus[] = ['provider_error', 'interrupted', 'expired'];

/** An hour of an account, such as `2026-11-20T10`. */
export interface AccountHour {
  readonly accountId: string;
  readonly hour: string;
}

/** The sums of an account's requests in one hour. */
export interface HourSums {
  readonly costPico: bigint;
  readonly requests: bigint;
  readonly failed: bigint;
}

/** The hours in which requests began, each once. */
export function accountHours(requests: readonly Pick<Attributed, 'record'>[]): readonly AccountHour[] {
  const hours = new Map<string, AccountHour>();
  for (const { record } of requests) {
    const { accountId, at } = record;
    const hour = hourOf(Date.parse(at));
    hours.set(`${accountId} ${hour}`, { accountId, hour });
  }
  return [...hours.values()];
}

/** Adds up what an account's roll-up of an hour says. */
export async function sumsInHour(rollUps: ReadRollUps, { accountId, hour }: AccountHour): Promise<HourSums> {
  const { measures = {} } = (await rollUps.hour(accountId, ACCOUNT_VALUE, hour)) ?? {};
  const failed = FAILED.map((status) => measures[`${MEASURE_PREFIXES.statuses}${status}`] ?? 0n);
  return {
    costPico: measures['costPico'] ?? 0n,
    requests: measures['requests'] ?? 0n,
    failed: failed.reduce((sum, count) => sum + count, 0n),
  };
}

/** @returns the spend in each hour of the week before, in pico-dollars, without the hours that have no requests */
export const accountCostsInWeekBefore = (
  rollUps: ReadRollUps,
  { accountId, hour }: AccountHour,
): Promise<readonly bigint[]> => costsInWeekBefore(rollUps, accountId, ACCOUNT_VALUE, hour);
