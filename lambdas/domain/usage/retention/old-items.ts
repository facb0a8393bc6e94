import { AUDIT_RETENTION_DAYS } from '../../../contracts/storage/audit-event';
import { countedPartition, DIMENSIONS, rollUpPartition } from '../../../contracts/storage/table-keys/roll-ups';
import { usagePartitions } from '../../../contracts/storage/table-keys/usage';
import { AUDIT, ROLLUPS, type TableName, type TableSpec, USAGE } from '../../../contracts/storage/tables';
import { type Clock, DAY_MS, SECOND_MS } from '../../clock';
import { inParallel } from '../../in-parallel';
import type { SortRange, TableStore } from '../../table/table-store';
import type { Item } from '../../table/value';
import { startTime, WHOLE_ACCOUNT } from '../rollups/targets';

export interface OldItemsOptions {
  readonly store: Pick<TableStore, 'query'>;
  readonly clock: Clock;
  /** How many days usage data is kept. */
  readonly retentionDays: number;
}

/** Where the oldest items of a kind are. Their sort keys ascend by time, so one item of a partition suffices. */
interface Place {
  readonly table: TableSpec;
  readonly partition: string;
  readonly sort?: SortRange;
  readonly days: number;
  /** Epoch milliseconds; undefined if the item does not tell, which counts as too old. */
  readonly time: (item: Item) => number | undefined;
}

/** An account has some thirty places. A run has fifteen minutes for all accounts. */
const CONCURRENT_PLACES = 16;

/**
 * Finds what can still be read of an account although its class no longer allows it: because an item has no expiry, or
 * because one was written when the retention was longer. It looks at the time of the data itself, not at the expiry.
 * @returns the table of each partition with such an item
 */
export async function oldItemsOf(options: OldItemsOptions, accountId: string): Promise<readonly TableName[]> {
  const places = [...placesOf(options, accountId)];
  const found = await inParallel(places, CONCURRENT_PLACES, async (place) => {
    const isOld = await hasOldItem(options, place);
    return isOld ? [place.table.name] : [];
  });
  return found.flat();
}

async function hasOldItem({ store, clock }: OldItemsOptions, place: Place): Promise<boolean> {
  const { table, partition, sort, days, time } = place;
  const { items } = await store.query({ table, partition, limit: 1, ...(sort && { sort }) });
  const [oldest] = items;
  // An expiry is in whole seconds.
  const end = clock() - days * DAY_MS - SECOND_MS;
  return oldest !== undefined && !((time(oldest) ?? -Infinity) > end);
}

function* placesOf({ retentionDays: days }: OldItemsOptions, accountId: string): Generator<Place, void> {
  for (const partition of usagePartitions(accountId)) yield { table: USAGE, partition, days, time: timeIn('at') };
  for (const dimension of DIMENSIONS) {
    const partition = rollUpPartition(accountId, dimension);
    for (const interval of ['day', 'month'] as const) {
      const time = ({ start }: Item): number | undefined =>
        typeof start === 'string' ? startTime(interval, start) : undefined;
      yield { table: ROLLUPS, partition, sort: { beginsWith: `${interval}#` }, days, time };
    }
  }
  const hours = { beginsWith: `hour#${WHOLE_ACCOUNT}#` };
  const hour = ({ start }: Item): number | undefined =>
    typeof start === 'string' ? startTime('hour', start) : undefined;
  yield { table: ROLLUPS, partition: rollUpPartition(accountId, 'account'), sort: hours, days, time: hour };
  const minute = ({ sk }: Item): number | undefined =>
    typeof sk === 'string' ? Date.parse(`${sk.split('#')[0]}:00.000Z`) : undefined;
  yield { table: ROLLUPS, partition: countedPartition(accountId), days, time: minute };
  yield { table: AUDIT, partition: accountId, days: AUDIT_RETENTION_DAYS, time: timeIn('at') };
}

const timeIn =
  (name: string) =>
  (item: Item): number | undefined => {
    const value = item[name];
    return typeof value === 'string' ? Date.parse(value) : undefined;
  };
