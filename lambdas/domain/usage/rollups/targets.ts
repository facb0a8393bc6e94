import { createHash } from 'node:crypto';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import {
  type Dimension,
  type Interval,
  INTERVALS,
  rollUpPartition,
  rollUpSortKey,
} from '../../../contracts/storage/table-keys/roll-ups';
import type { UsageRecord } from '../../../contracts/storage/usage-record';
import type { Key } from '../../table/value';
import { expiryAfter } from '../records/usage-records';

/** A usage record with its owner, which the record does not name. */
export interface Attributed {
  readonly record: UsageRecord;
  /** The first key of the key's rotations, or its trust: one name for keys that replace each other. */
  readonly counterId: string;
  /** The member whom the request counts for. Absent if the account has no members. */
  readonly memberId?: string | undefined;
}

/** The change of one usage record. */
export interface CountableChange extends Attributed {
  /** The record before the change. Absent for a new record. */
  readonly before?: Attributed['record'] | undefined;
}

export type Attribution = Omit<Attributed, 'record'>;

/** Looks up the owners of requests by key ID. A key that is missing in the result counts for itself. */
export type AttributionsOf = (
  records: readonly Pick<UsageRecord, 'accountId' | 'keyId'>[],
) => Promise<ReadonlyMap<string, Attribution>>;

/** Adds the owner to each of several records or changes of records. */
export async function attributed<Change extends Pick<Attributed, 'record'>>(
  changes: readonly Change[],
  attributionsOf: AttributionsOf,
): Promise<readonly (Change & Attribution)[]> {
  const attributions = await attributionsOf(changes.map(({ record }) => record));
  return changes.map((change) => {
    const { keyId } = change.record;
    return { ...change, ...(attributions.get(keyId) ?? { counterId: keyId }) };
  });
}

/** One value of a dimension, such as a key. */
export interface DimensionValue {
  readonly dimension: Dimension;
  readonly value: string;
}

/** A roll-up that a request adds to. */
export interface Target extends DimensionValue {
  readonly key: Key;
  readonly interval: Interval;
  readonly start: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

const START_CHARACTERS = { hour: 'YYYY-MM-DDTHH'.length, day: 'YYYY-MM-DD'.length, month: 'YYYY-MM'.length } as const;
const START_TIMES = { hour: ':00:00.000Z', day: 'T00:00:00.000Z', month: '-01T00:00:00.000Z' } as const;
const NAME_CHARACTERS = 22;
/** IDs, and names of models and providers. They contain no `#`. */
const PLAIN = /^[A-Za-z0-9_.:/ -]{1,128}$/;

/** The only value of the dimension `account`. */
export const WHOLE_ACCOUNT = 'all';

/** @returns such as `2026-11-20T10`, `2026-11-20` or `2026-11` */
export const intervalStart = (interval: Interval, at: number): string =>
  isoTime(at).slice(0, START_CHARACTERS[interval]);

/** @returns epoch milliseconds */
export const startTime = (interval: Interval, start: string): number => Date.parse(`${start}${START_TIMES[interval]}`);

/** The name of a value in keys. People write labels, and no key of a table may tell what a person wrote. */
export function nameOf({ dimension, value }: DimensionValue): string {
  if (dimension !== 'label' && PLAIN.test(value)) return value;
  return createHash('sha256').update(value).digest('base64url').slice(0, NAME_CHARACTERS);
}

/** The values of a request: one in most dimensions, and one for each of its labels. */
export function valuesOf({ record, counterId, memberId }: Attributed): readonly DimensionValue[] {
  const { model, provider, labels = {}, endUser } = record;
  return [
    { dimension: 'account', value: WHOLE_ACCOUNT },
    { dimension: 'key', value: counterId },
    ...(memberId === undefined ? [] : [{ dimension: 'member' as const, value: memberId }]),
    { dimension: 'model', value: model },
    { dimension: 'provider', value: provider },
    ...Object.entries(labels).map(([name, value]) => ({ dimension: 'label' as const, value: `${name}=${value}` })),
    { dimension: 'served', value: servedValue(record) },
    ...(endUser === undefined ? [] : [{ dimension: 'enduser' as const, value: endUser }]),
  ];
}

/** A model, a provider and a status class, as JSON. */
export function servedValue({
  model,
  provider,
  httpStatus,
}: Pick<UsageRecord, 'model' | 'provider' | 'httpStatus'>): string {
  // A client that got no status at all had left.
  const statusClass = httpStatus === 0 ? 'none' : `${Math.floor(httpStatus / 100)}xx`;
  return JSON.stringify([model, provider, statusClass]);
}

/** Statistics are of whole days, so no other interval of what was served is kept. */
export const intervalsOf = (dimension: Dimension): readonly Interval[] =>
  dimension === 'served' ? ['day'] : INTERVALS;

/**
 * The roll-ups of one value that contain a moment. A roll-up ends when the first record that could be in it ends, so no
 * sum outlives the records that it is made of.
 * @param at ISO 8601, UTC
 */
export function targetsOf(
  { accountId, at }: Pick<UsageRecord, 'accountId' | 'at'>,
  { dimension, value }: DimensionValue,
  retentionDays: number,
): readonly Target[] {
  const name = nameOf({ dimension, value });
  return intervalsOf(dimension).map((interval) => {
    const start = intervalStart(interval, Date.parse(at));
    return {
      dimension,
      value,
      interval,
      start,
      key: { pk: rollUpPartition(accountId, dimension), sk: rollUpSortKey({ interval, start, name }) },
      expiresAt: expiryAfter(isoTime(startTime(interval, start)), retentionDays),
    };
  });
}
