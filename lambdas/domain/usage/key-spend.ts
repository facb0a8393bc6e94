import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isoTime, keySpendKey, keySpendPartition } from '../../contracts/table-keys';
import { EXPIRES_AT, USAGE } from '../../contracts/tables';
import type { Clock } from '../clock';
import { everyItem } from '../table/every-item';
import { persist, REQUEST_PATIENCE, systemTiming } from '../table/patience';
import type { TableStore, Update } from '../table/table-store';
import { PACE_HOURS } from './spend-jump';

const HOUR_MS = 3_600_000;
/** An hour is kept as long as another may be compared with it, and a day more. */
const KEPT_MS = (PACE_HOURS + 24) * HOUR_MS;
const WRITES_MAX = 100;
const TOKEN_CHARACTERS = 32;

const costSchema = z.bigint();

/** What one request changed in what its key spent. */
export interface Spent {
  readonly accountId: string;
  readonly keyId: string;
  /** When the request was admitted; ISO 8601, UTC. */
  readonly at: string;
  readonly costPico: bigint;
}

/** A key's hour, as `2026-11-20T10`. */
export interface KeyHour {
  readonly accountId: string;
  readonly keyId: string;
  readonly hour: string;
}

/** What keys spent, hour by hour, for a week: added up from usage records after the requests. */
export class KeySpend {
  readonly #store: TableStore;
  readonly #clock: Clock;

  constructor({ store, clock }: { readonly store: TableStore; readonly clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Adds a batch up. The same batch again within ten minutes adds nothing; later, or in other company, it counts twice,
   * which is far from ten times. So whatever can fail afterwards must not bring the batch back.
   */
  async add(changeIds: readonly string[], batch: readonly Spent[]): Promise<readonly KeyHour[]> {
    const hours = new Map<string, { readonly hour: KeyHour; costPico: bigint }>();
    for (const { accountId, keyId, at, costPico } of batch) {
      const hour = { accountId, keyId, hour: hourOf(Date.parse(at)) };
      const name = `${keyId} ${hour.hour}`;
      hours.set(name, { hour, costPico: (hours.get(name)?.costPico ?? 0n) + costPico });
    }
    const sums = [...hours.values()];
    const token = createHash('sha256').update(changeIds.join('\n')).digest('hex').slice(0, TOKEN_CHARACTERS);
    for (let first = 0; first < sums.length; first += WRITES_MAX) {
      const writes = sums.slice(first, first + WRITES_MAX).map(({ hour, costPico }) => addition(hour, costPico));
      const writeToken = `${token}.${first / WRITES_MAX}`;
      // The records of one key come in several batches at a time, and so they are in each other's way.
      await persist(REQUEST_PATIENCE, systemTiming(this.#clock), () => this.#store.transact(writes, writeToken));
    }
    return sums.map(({ hour }) => hour);
  }

  /** What a key spent in an hour. */
  async of({ keyId, hour }: KeyHour): Promise<bigint> {
    const item = await this.#store.get({ table: USAGE, key: keySpendKey(keyId, hour) });
    return costSchema.parse(item?.['costPico'] ?? 0n);
  }

  /** What a key spent in each hour of the week before one, those without a request left out. */
  async before({ keyId, hour }: KeyHour): Promise<readonly bigint[]> {
    const start = Date.parse(`${hour}:00:00.000Z`);
    const sort = { from: hourOf(start - PACE_HOURS * HOUR_MS), to: hourOf(start - HOUR_MS) };
    const spent: bigint[] = [];
    for await (const item of everyItem(this.#store, { table: USAGE, partition: keySpendPartition(keyId), sort })) {
      spent.push(costSchema.parse(item['costPico']));
    }
    return spent;
  }
}

export const hourOf = (milliseconds: number): string => isoTime(milliseconds).slice(0, 'YYYY-MM-DDTHH'.length);

function addition({ keyId, hour }: KeyHour, costPico: bigint): Update {
  const end = Math.floor((Date.parse(`${hour}:00:00.000Z`) + KEPT_MS) / 1_000);
  const change = { add: { costPico }, set: { [EXPIRES_AT]: end } };
  return { table: USAGE, update: keySpendKey(keyId, hour), change };
}
