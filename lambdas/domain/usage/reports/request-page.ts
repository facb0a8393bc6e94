import { usagePartitions } from '../../../contracts/storage/table-keys/usage';
import { USAGE } from '../../../contracts/storage/tables';
import type { UsageRecord } from '../../../contracts/storage/usage-record';
import { mergedItems, sortKeyOf } from '../../table/merged-items';
import type { PageOf, PageRequest } from '../../table/page';
import type { TableStore } from '../../table/table-store';
import { decodeUsageRecord } from '../records/usage-records';

/** The most records that a page looks at for each one that it may have, however few of them match the filter. */
const READ_PER_ITEM = 20;
const READ_AHEAD = 50;

/** Selects requests. */
export interface RequestFilter {
  readonly keyId?: string | undefined;
  readonly model?: string | undefined;
  readonly provider?: string | undefined;
  readonly status?: string | undefined;
  /** A label as `name=value`. */
  readonly label?: string | undefined;
  /** ISO 8601 with milliseconds, UTC: inclusive. */
  readonly from?: string | undefined;
  /** Exclusive. */
  readonly to?: string | undefined;
}

/** A page of an account's usage records, newest first. It may be short, or empty, although more follow. */
export async function requestPage(
  store: TableStore,
  accountId: string,
  filter: RequestFilter,
  { limit, after }: PageRequest,
): Promise<PageOf<UsageRecord>> {
  const items: UsageRecord[] = [];
  const query = { table: USAGE, newestFirst: true, limit: READ_AHEAD, ...(after && { sort: { to: after.sk } }) };
  let read = 0;
  for await (const item of mergedItems(store, usagePartitions(accountId), query)) {
    if (sortKeyOf(item) === after?.sk) continue;
    const record = decodeUsageRecord(item);
    // Request IDs sort by the time at which the requests began.
    if (filter.from !== undefined && record.at < filter.from) return { items };
    if (isSelected(record, filter)) items.push(record);
    read += 1;
    if (items.length === limit || read === limit * READ_PER_ITEM)
      return { items, next: { pk: accountId, sk: sortKeyOf(item) } };
  }
  return { items };
}

function isSelected(record: UsageRecord, { keyId, model, provider, status, label, to }: RequestFilter): boolean {
  const labels = Object.entries(record.labels ?? {}).map(([name, value]) => `${name}=${value}`);
  return (
    (keyId === undefined || record.keyId === keyId) &&
    (model === undefined || record.model === model) &&
    (provider === undefined || record.provider === provider) &&
    (status === undefined || record.status === status) &&
    (label === undefined || labels.includes(label)) &&
    (to === undefined || record.at < to)
  );
}
