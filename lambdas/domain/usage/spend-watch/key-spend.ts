import type { TableStore } from '../../table/table-store';
import { ReadRollUps } from '../rollups/read-roll-ups';
import type { Attributed } from '../rollups/targets';
import { costsInWeekBefore, hourOf } from './hours';

/** An hour of the keys that share counters. */
export interface CounterHour {
  readonly accountId: string;
  readonly counterId: string;
  /** For example `2026-11-20T10`. */
  readonly hour: string;
}

/** An hour in which keys spent money. */
export interface SpentHour extends CounterHour {
  /** The keys that spent it. */
  readonly keyIds: readonly string[];
}

/**
 * The hourly spend of keys, from their roll-ups. Keys that share counters also share their spend, so that neither a
 * rotation nor another exchanged token starts a new history.
 */
export class KeySpend {
  readonly #rollUps: ReadRollUps;

  constructor({ store }: { readonly store: TableStore }) {
    this.#rollUps = new ReadRollUps({ store });
  }

  /** @returns the spend in one hour, in pico-dollars */
  async inHour({ accountId, counterId, hour }: CounterHour): Promise<bigint> {
    const rollUp = await this.#rollUps.hour(accountId, { dimension: 'key', value: counterId }, hour);
    return rollUp?.measures['costPico'] ?? 0n;
  }

  /** @returns the spend in each hour of the week before, in pico-dollars, without the hours that have no requests */
  inWeekBefore({ accountId, counterId, hour }: CounterHour): Promise<readonly bigint[]> {
    return costsInWeekBefore(this.#rollUps, accountId, { dimension: 'key', value: counterId }, hour);
  }
}

/** The hours in which requests cost something, with the keys of those requests. */
export function spentHours(requests: readonly Attributed[]): readonly SpentHour[] {
  const hours = new Map<string, CounterHour & { readonly keyIds: Set<string> }>();
  for (const { record, counterId } of requests) {
    if (record.costPico === 0n) continue;
    const { accountId, keyId, at } = record;
    const hour = hourOf(Date.parse(at));
    const name = `${counterId} ${hour}`;
    const spent = hours.get(name) ?? { accountId, counterId, hour, keyIds: new Set() };
    spent.keyIds.add(keyId);
    hours.set(name, spent);
  }
  return [...hours.values()].map(({ keyIds, ...hour }) => ({ ...hour, keyIds: [...keyIds] }));
}
