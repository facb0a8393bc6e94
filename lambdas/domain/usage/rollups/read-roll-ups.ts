import {
  type Dimension,
  type Interval,
  type RollUpName,
  rollUpPartition,
  rollUpSortKey,
} from '../../../contracts/storage/table-keys/roll-ups';
import { ROLLUPS } from '../../../contracts/storage/tables';
import { everyItem } from '../../table/every-item';
import type { SortRange, TableStore } from '../../table/table-store';
import type { Item } from '../../table/value';
import { isMeasure, type Measures } from './measures';
import { type DimensionValue, nameOf } from './targets';

/** The usage of one value of a dimension in one interval. */
export interface RollUp {
  readonly value: string;
  readonly interval: Interval;
  readonly start: string;
  readonly measures: Measures;
}

/** A range of intervals by their starts, both inclusive. */
export interface Range {
  readonly from: string;
  readonly to: string;
}

/** Reads the roll-ups of accounts. */
export class ReadRollUps {
  readonly #store: TableStore;

  constructor({ store }: { readonly store: TableStore }) {
    this.#store = store;
  }

  async hour(accountId: string, value: DimensionValue, start: string): Promise<RollUp | undefined> {
    const sk = rollUpSortKey({ interval: 'hour', start, name: nameOf(value) });
    const item = await this.#store.get({
      table: ROLLUPS,
      key: { pk: rollUpPartition(accountId, value.dimension), sk },
    });
    return item && decodeRollUp(item);
  }

  /** The hours of one value, oldest first. Hours without requests are left out. */
  hours(accountId: string, value: DimensionValue, range: Range): AsyncGenerator<RollUp, void> {
    const key = (start: string): string => rollUpSortKey({ interval: 'hour', start, name: nameOf(value) });
    return this.#read(accountId, value.dimension, { from: key(range.from), to: key(range.to) });
  }

  /** The days or months of all values of a dimension, oldest first. */
  all(
    accountId: string,
    dimension: Dimension,
    interval: Exclude<RollUpName['interval'], 'hour'>,
    { from, to }: Range,
  ): AsyncGenerator<RollUp, void> {
    const first = rollUpSortKey({ interval, start: from, name: '' });
    // It sorts after every name.
    return this.#read(accountId, dimension, { from: first, to: rollUpSortKey({ interval, start: to, name: '~' }) });
  }

  async *#read(accountId: string, dimension: Dimension, sort: SortRange): AsyncGenerator<RollUp, void> {
    const query = { table: ROLLUPS, partition: rollUpPartition(accountId, dimension), sort };
    for await (const item of everyItem(this.#store, query)) yield decodeRollUp(item);
  }
}

/** @throws TypeError when the item is not a roll-up */
export function decodeRollUp(item: Item): RollUp {
  const { value, interval, start } = item;
  const isInterval = interval === 'hour' || interval === 'day' || interval === 'month';
  if (typeof value !== 'string' || typeof start !== 'string' || !isInterval)
    throw new TypeError('the item is not a roll-up');
  const measures = Object.entries(item).filter(
    (entry): entry is [string, bigint] => isMeasure(entry[0]) && typeof entry[1] === 'bigint',
  );
  return { value, interval, start, measures: Object.fromEntries(measures) };
}
