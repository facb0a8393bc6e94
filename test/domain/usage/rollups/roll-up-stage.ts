import { encodeTime } from 'ulid';
import { EmbeddedStore } from '../../../../lambdas/adapters/embedded/embedded-store';
import type { UsageRecord } from '../../../../lambdas/contracts/storage/usage-record';
import {
  type Dimension,
  DIMENSIONS,
  type Interval,
  rollUpPartition,
} from '../../../../lambdas/contracts/storage/table-keys/roll-ups';
import { ROLLUPS } from '../../../../lambdas/contracts/storage/tables';
import { everyItem } from '../../../../lambdas/domain/table/every-item';
import type { TableStore } from '../../../../lambdas/domain/table/table-store';
import type { CountableChange } from '../../../../lambdas/domain/usage/rollups/targets';
import { type Measures, measuresOf, sumOfMeasures } from '../../../../lambdas/domain/usage/rollups/measures';
import { decodeRollUp } from '../../../../lambdas/domain/usage/rollups/read-roll-ups';
import { RollUps } from '../../../../lambdas/domain/usage/rollups/roll-ups';
import { intervalsOf, intervalStart, valuesOf } from '../../../../lambdas/domain/usage/rollups/targets';
import { ACCOUNT } from '../../wallet/wallet-stage';

export const RETENTION_DAYS = 90;
export const KEY = '01JD0000000000000000000001';
export const MEMBER = 'per_01JD0000000000000000000002';

/** Roll-ups on a store with a clock that the test sets. Waits between attempts take no time. */
export class RollUpStage {
  now = Date.parse('2026-11-20T10:30:00.000Z');
  readonly clock = (): number => this.now;
  readonly engine = EmbeddedStore.memory({ clock: () => this.now });
  readonly rollUps = this.rollUpsOn(this.engine);
  #requests = 0;

  rollUpsOn(store: TableStore): RollUps {
    const { clock } = this;
    const timing = { clock, sleep: () => Promise.resolve(), random: () => 0 };
    return new RollUps({ store, clock, retentionDays: RETENTION_DAYS, timing });
  }

  record(fields: Partial<UsageRecord> = {}): UsageRecord {
    this.#requests += 1;
    return {
      requestId: `req_${encodeTime(this.now)}${String(this.#requests).padStart(16, '0')}`,
      accountId: ACCOUNT,
      keyId: KEY,
      at: new Date(this.now).toISOString(),
      endpoint: 'chat',
      model: 'gpt-4.1',
      provider: 'openai',
      streamed: true,
      status: 'completed',
      httpStatus: 200,
      usage: { input: 100, output: 20 },
      estimated: false,
      costPico: 1_000n,
      overrunPico: 0n,
      priceVersion: 'v',
      firstByteMs: 300,
      durationMs: 1_000,
      ...fields,
    };
  }

  /** The record that the sweeper writes for a request that a later settle ends. */
  expired({ firstByteMs: _, ...record }: UsageRecord): UsageRecord {
    return {
      ...record,
      status: 'expired',
      httpStatus: 0,
      usage: {},
      estimated: false,
      costPico: 0n,
      durationMs: 60_000,
    };
  }

  count(...changes: readonly (UsageRecord | CountableChange)[]): Promise<readonly string[]> {
    return this.rollUps.count(changes.map(changeOf));
  }

  /** All readable roll-ups of an account by dimension, interval, start and value, without the measures of zero. */
  async stored(accountId = ACCOUNT): Promise<ReadonlyMap<string, Measures>> {
    const all = new Map<string, Measures>();
    for (const dimension of DIMENSIONS) {
      const partition = rollUpPartition(accountId, dimension);
      for await (const item of everyItem(this.engine, { table: ROLLUPS, partition })) {
        const { value, interval, start, measures } = decodeRollUp(item);
        all.set(nameOf({ dimension, value, interval, start }), sumOfMeasures([measures]));
      }
    }
    return all;
  }
}

export const changeOf = (change: UsageRecord | CountableChange): CountableChange =>
  'record' in change ? change : { record: change, counterId: change.keyId, memberId: MEMBER };

/** Computes from records alone what the roll-ups must contain. */
export function expectedFrom(records: readonly UsageRecord[]): ReadonlyMap<string, Measures> {
  const all = new Map<string, Measures[]>();
  for (const record of records) {
    for (const { dimension, value } of valuesOf(changeOf(record))) {
      for (const interval of intervalsOf(dimension)) {
        const name = nameOf({ dimension, value, interval, start: intervalStart(interval, Date.parse(record.at)) });
        all.set(name, [...(all.get(name) ?? []), measuresOf(record)]);
      }
    }
  }
  return new Map([...all].map(([name, measures]) => [name, sumOfMeasures(measures)]));
}

export const nameOf = (rollUp: {
  readonly dimension: Dimension;
  readonly value: string;
  readonly interval: Interval;
  readonly start: string;
}): string => `${rollUp.dimension} ${rollUp.interval} ${rollUp.start} ${rollUp.value}`;
