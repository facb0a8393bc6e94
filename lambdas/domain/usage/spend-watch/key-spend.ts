import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isoTime, keySpendKey, keySpendPartition } from '../../../contracts/storage/table-keys';
import { EXPIRES_AT, USAGE } from '../../../contracts/storage/tables';
import type { Clock } from '../../clock';
import { counterOf } from '../../keys/counter-of';
import { everyItem } from '../../table/every-item';
import { retry, REQUEST_RETRY, systemTiming } from '../../table/retry';
import type { TableStore, Update } from '../../table/table-store';
import { PACE_HOURS } from './spend-jump';

const HOUR_MS = 3_600_000;
/** An hour is kept as long as another may be compared with it, and a day more. */
const KEPT_MS = (PACE_HOURS + 24) * HOUR_MS;
const WRITES_MAX = 100;
/** At a time. */
const READS_MAX = 50;
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

/** An hour, as `2026-11-20T10`, of the keys that have the same counters. */
export interface CountedHour {
  readonly counterId: string;
  readonly hour: string;
}

/** One in which something was spent. */
export interface SpentHour extends CountedHour {
  readonly accountId: string;
  /** The keys that did. */
  readonly keyIds: readonly string[];
}

/**
 * What keys spent, hour by hour, for a week: added up from usage records after the requests. Keys that are counted as
 * one are one here too, so that neither a rotation nor another token begins anew.
 */
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
  async add(changeIds: readonly string[], batch: readonly Spent[]): Promise<readonly SpentHour[]> {
    const sums = sumsOf(batch, await this.#counters(batch));
    const token = createHash('sha256').update(changeIds.join('\n')).digest('hex').slice(0, TOKEN_CHARACTERS);
    for (let first = 0; first < sums.length; first += WRITES_MAX) {
      const writes = sums.slice(first, first + WRITES_MAX).map(addition);
      const writeToken = `${token}.${first / WRITES_MAX}`;
      // The records of one key come in several batches at a time, and so they are in each other's way.
      await retry(REQUEST_RETRY, systemTiming(this.#clock), () => this.#store.transact(writes, writeToken));
    }
    return sums.map(({ keyIds, ...sum }) => ({ ...sum, keyIds: [...keyIds] }));
  }

  async of({ counterId, hour }: CountedHour): Promise<bigint> {
    const item = await this.#store.get({ table: USAGE, key: keySpendKey(counterId, hour) });
    return costSchema.parse(item?.['costPico'] ?? 0n);
  }

  /** What was spent in each hour of the week before one, those without a request left out. */
  async before({ counterId, hour }: CountedHour): Promise<readonly bigint[]> {
    const start = Date.parse(`${hour}:00:00.000Z`);
    const sort = { from: hourOf(start - PACE_HOURS * HOUR_MS), to: hourOf(start - HOUR_MS) };
    const spent: bigint[] = [];
    for await (const item of everyItem(this.#store, { table: USAGE, partition: keySpendPartition(counterId), sort })) {
      spent.push(costSchema.parse(item['costPico']));
    }
    return spent;
  }

  /** Whose counters each key has. A read for each key of a batch: it is of few, unless they come for tokens. */
  async #counters(batch: readonly Spent[]): Promise<ReadonlyMap<string, string>> {
    const keyIds = [...new Set(batch.map(({ keyId }) => keyId))];
    const counters = new Map<string, string>();
    for (let first = 0; first < keyIds.length; first += READS_MAX) {
      const some = keyIds.slice(first, first + READS_MAX);
      const found = await Promise.all(some.map((keyId) => counterOf(this.#store, keyId)));
      some.forEach((keyId, place) => counters.set(keyId, found[place] ?? keyId));
    }
    return counters;
  }
}

export const hourOf = (milliseconds: number): string => isoTime(milliseconds).slice(0, 'YYYY-MM-DDTHH'.length);

interface Sum extends CountedHour {
  readonly accountId: string;
  readonly keyIds: Set<string>;
  costPico: bigint;
}

function sumsOf(batch: readonly Spent[], counters: ReadonlyMap<string, string>): readonly Sum[] {
  const sums = new Map<string, Sum>();
  for (const { accountId, keyId, at, costPico } of batch) {
    const [counterId, hour] = [counters.get(keyId) ?? keyId, hourOf(Date.parse(at))];
    const name = `${counterId} ${hour}`;
    const sum = sums.get(name) ?? { accountId, counterId, hour, keyIds: new Set(), costPico: 0n };
    sum.keyIds.add(keyId);
    sum.costPico += costPico;
    sums.set(name, sum);
  }
  return [...sums.values()];
}

function addition({ counterId, hour, costPico }: Sum): Update {
  const end = Math.floor((Date.parse(`${hour}:00:00.000Z`) + KEPT_MS) / 1_000);
  const change = { add: { costPico }, set: { [EXPIRES_AT]: end } };
  return { table: USAGE, update: keySpendKey(counterId, hour), change };
}
