import { rollUpPartition, rollUpSortKey } from '../../../contracts/storage/table-keys/roll-ups';
import { ROLLUPS } from '../../../contracts/storage/tables';
import { everyItem } from '../../table/every-item';
import type { TableStore } from '../../table/table-store';
import { OTHER } from './measures';
import { type DimensionValue, intervalStart } from './targets';

/** How many values of a dimension that clients or members choose freely get roll-ups of their own, in a day. */
export const VALUES_PER_DAY_MAX: Partial<Readonly<Record<DimensionValue['dimension'], number>>> = {
  label: 100,
  enduser: 100,
};

/**
 * Limits how many values of a dimension an account has in a day: later ones are added up as `other`. A value that has
 * roll-ups in a day keeps them, so a correction changes the roll-up that the request was counted in. Batches that are
 * counted at the same moment may exceed the limit by their new values.
 */
export class CappedValues {
  readonly #store: TableStore;
  readonly #accountId: string;
  /** The values by dimension and day. */
  readonly #known = new Map<string, Set<string>>();

  constructor(store: TableStore, accountId: string) {
    this.#store = store;
    this.#accountId = accountId;
  }

  /** @param at ISO 8601, UTC */
  async admit({ dimension, value }: DimensionValue, at: string): Promise<DimensionValue> {
    const most = VALUES_PER_DAY_MAX[dimension];
    if (most === undefined) return { dimension, value };
    const known = await this.#valuesOf(dimension, intervalStart('day', Date.parse(at)));
    if (!known.has(value) && known.size >= most) return { dimension, value: OTHER };
    known.add(value);
    return { dimension, value };
  }

  async #valuesOf(dimension: DimensionValue['dimension'], day: string): Promise<Set<string>> {
    const id = `${dimension} ${day}`;
    const known = this.#known.get(id);
    if (known) return known;
    const values = new Set<string>();
    this.#known.set(id, values);
    const sort = { beginsWith: rollUpSortKey({ interval: 'day', start: day, name: '' }) };
    const query = { table: ROLLUPS, partition: rollUpPartition(this.#accountId, dimension), sort };
    for await (const { value } of everyItem(this.#store, query))
      if (typeof value === 'string' && value !== OTHER) values.add(value);
    return values;
  }
}
