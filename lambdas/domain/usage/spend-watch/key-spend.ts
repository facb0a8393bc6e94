import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { keySpendKey, keySpendPartition } from '../../../contracts/storage/table-keys/usage';
import { EXPIRES_AT, USAGE } from '../../../contracts/storage/tables';
import { type Clock, HOUR_MS } from '../../clock';
import { counterOf } from '../../keys/counter-of';
import { everyItem } from '../../table/every-item';
import { retry, REQUEST_RETRY, systemTiming } from '../../table/retry';
import { type TableStore, TRANSACTION_WRITES_MAX, type Update } from '../../table/table-store';
import { BASELINE_HOURS } from './spend-jump';

/** An hour is kept for as long as it is part of a baseline, and for one more day. */
const RETENTION_MS = (BASELINE_HOURS + 24) * HOUR_MS;
const CONCURRENT_READS_MAX = 50;
const TOKEN_CHARACTERS = 32;

const costSchema = z.bigint();

/** The change that one request made to the spend of its key. */
export interface SpendChange {
  readonly accountId: string;
  readonly keyId: string;
  /** When the request was admitted: ISO 8601, UTC. */
  readonly at: string;
  readonly costPico: bigint;
  /** 1 if the request was not counted before. @default 0 */
  readonly requests?: number;
  /** 1 if the request has failed, -1 if it had failed and has not after all. @default 0 */
  readonly failed?: number;
}

/** An hour of the keys that share counters. */
export interface CounterHour {
  readonly counterId: string;
  /** For example `2026-11-20T10`. */
  readonly hour: string;
}

/** An hour in which keys spent money. */
export interface SpentHour extends CounterHour {
  readonly accountId: string;
  /** The keys that spent it. */
  readonly keyIds: readonly string[];
}

/**
 * The hourly spend of keys over the last week, added up from usage records. Keys that share counters also share their
 * spend, so that neither a rotation nor another exchanged token starts a new history.
 */
export class KeySpend {
  readonly #store: TableStore;
  readonly #clock: Clock;

  constructor({ store, clock }: { readonly store: TableStore; readonly clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Adds a batch of changes. Repeating the same batch within ten minutes has no effect. A later repeat, or one in a batch
   * with other changes, counts twice; that is tolerable because a jump means ten times the usual spend. Code that runs
   * after this must not throw, because Lambda would repeat the batch.
   * @returns the hours that the batch changed
   */
  async add(changeIds: readonly string[], batch: readonly SpendChange[]): Promise<readonly SpentHour[]> {
    const sums = sumsOf(batch, await this.#counters(batch));
    const token = createHash('sha256').update(changeIds.join('\n')).digest('hex').slice(0, TOKEN_CHARACTERS);
    for (let first = 0; first < sums.length; first += TRANSACTION_WRITES_MAX) {
      const writes = sums.slice(first, first + TRANSACTION_WRITES_MAX).map(addition);
      const writeToken = `${token}.${first / TRANSACTION_WRITES_MAX}`;
      // Concurrent batches contain records of the same key, so their transactions conflict.
      await retry(REQUEST_RETRY, systemTiming(this.#clock), () => this.#store.transact(writes, writeToken));
    }
    return sums.map(({ keyIds, ...sum }) => ({ ...sum, keyIds: [...keyIds] }));
  }

  /** @returns the spend in one hour, in pico-dollars */
  async inHour({ counterId, hour }: CounterHour): Promise<bigint> {
    const item = await this.#store.get({ table: USAGE, key: keySpendKey(counterId, hour) });
    return costSchema.parse(item?.['costPico'] ?? 0n);
  }

  /** @returns the spend in each hour of the week before, in pico-dollars, without the hours that have no requests */
  async inWeekBefore({ counterId, hour }: CounterHour): Promise<readonly bigint[]> {
    const start = Date.parse(`${hour}:00:00.000Z`);
    const sort = { from: hourOf(start - BASELINE_HOURS * HOUR_MS), to: hourOf(start - HOUR_MS) };
    const spent: bigint[] = [];
    for await (const item of everyItem(this.#store, { table: USAGE, partition: keySpendPartition(counterId), sort })) {
      spent.push(costSchema.parse(item['costPico']));
    }
    return spent;
  }

  /** The counter ID of each key. A batch contains few keys, unless most of them were exchanged for tokens. */
  async #counters(batch: readonly SpendChange[]): Promise<ReadonlyMap<string, string>> {
    const keyIds = [...new Set(batch.map(({ keyId }) => keyId))];
    const counters = new Map<string, string>();
    for (let first = 0; first < keyIds.length; first += CONCURRENT_READS_MAX) {
      const chunk = keyIds.slice(first, first + CONCURRENT_READS_MAX);
      const counterIds = await Promise.all(chunk.map((keyId) => counterOf(this.#store, keyId)));
      chunk.forEach((keyId, index) => counters.set(keyId, counterIds[index] ?? keyId));
    }
    return counters;
  }
}

export const hourOf = (milliseconds: number): string => isoTime(milliseconds).slice(0, 'YYYY-MM-DDTHH'.length);

interface HourSum extends CounterHour {
  readonly accountId: string;
  readonly keyIds: Set<string>;
  costPico: bigint;
}

function sumsOf(batch: readonly SpendChange[], counters: ReadonlyMap<string, string>): readonly HourSum[] {
  const sums = new Map<string, HourSum>();
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

function addition({ counterId, hour, costPico }: HourSum): Update {
  const expiresAt = Math.floor((Date.parse(`${hour}:00:00.000Z`) + RETENTION_MS) / 1_000);
  const change = { add: { costPico }, set: { [EXPIRES_AT]: expiresAt } };
  return { table: USAGE, update: keySpendKey(counterId, hour), change };
}
