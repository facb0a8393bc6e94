import { usagePartitions } from '../../../contracts/storage/table-keys/usage';
import { USAGE } from '../../../contracts/storage/tables';
import type { UsageRecord } from '../../../contracts/storage/usage-record';
import { mergedItems, sortKeyOf } from '../../table/merged-items';
import type { TableStore } from '../../table/table-store';
import { decodeUsageRecord } from '../records/usage-records';
import { expiredVersionOf } from './count-requests';
import type { RollUps } from './roll-ups';
import { attributed, type AttributionsOf } from './targets';

/** The page size in each of an account's partitions. */
const PAGE_ITEMS = 20;
/** As many as a batch of the stream has. */
const COUNTED_MAX = 1_000;

export interface Completion {
  /** The number of records that were read. Those that were not in the roll-ups yet are in them now. */
  readonly records: number;
  /** The request IDs of the records that could not be read, or that changed after they were counted. */
  readonly unreadable: readonly string[];
}

export interface CompleteRollUpsOptions {
  readonly store: TableStore;
  readonly rollUps: Pick<RollUps, 'count'>;
  readonly attributionsOf: AttributionsOf;
}

/**
 * Counts the usage records of an account that are missing in its roll-ups: those from before there were roll-ups, and
 * those whose changes were lost, because a local host was killed or because Lambda discarded a batch of the stream. It
 * is safe to run at any time, because a record is counted once.
 * @param since epoch milliseconds; requests that began earlier are ignored. @default all stored records
 */
export async function completeRollUps(
  { store, rollUps, attributionsOf }: CompleteRollUpsOptions,
  accountId: string,
  since = 0,
): Promise<Completion> {
  const from = new Date(since).toISOString();
  const unreadable: string[] = [];
  let [records, pending] = [0, [] as UsageRecord[]];
  const count = async (): Promise<void> => {
    // A late charge is the only change of a record. Both versions have to fit into a transaction.
    const changes = pending.map((record) => ({ record, before: expiredVersionOf(record) }));
    unreadable.push(...(await rollUps.count(await attributed(changes, attributionsOf))));
    [records, pending] = [records + pending.length, []];
  };
  const query = { table: USAGE, newestFirst: true, limit: PAGE_ITEMS };
  for await (const item of mergedItems(store, usagePartitions(accountId), query)) {
    const record = recordOf(item);
    if (record === undefined) unreadable.push(sortKeyOf(item));
    // Request IDs sort by the time at which the requests began.
    else if (record.at < from) break;
    else pending.push(record);
    if (pending.length === COUNTED_MAX) await count();
  }
  if (pending.length > 0) await count();
  return { records, unreadable };
}

function recordOf(item: Parameters<typeof decodeUsageRecord>[0]): UsageRecord | undefined {
  try {
    return decodeUsageRecord(item);
  } catch {
    return undefined;
  }
}
