import { encodeTime } from 'ulid';
import { usagePartitions } from '../../../contracts/storage/table-keys/usage';
import { USAGE } from '../../../contracts/storage/tables';
import type { UsageRecord } from '../../../contracts/storage/usage-record';
import { HOUR_MS } from '../../clock';
import { mergedItems, sortKeyOf } from '../../table/merged-items';
import type { PageOf, PageRequest } from '../../table/page';
import type { SortRange, TableStore } from '../../table/table-store';
import { decodeUsageRecord } from '../records/usage-records';

/** The most records that a page looks at for each one that it may have, however few of them match the filter. */
const READ_PER_ITEM = 20;
/** The most records that any page looks at: they are read in a few seconds, and a response may take 29. */
const READ_MAX = 20_000;
const READ_AHEAD = 50;
/**
 * A request gets its ID before it is admitted: its body is read in between, and it may wait for money. No request runs
 * for an hour.
 */
const ADMITTED_WITHIN_MS = HOUR_MS;

/** Selects requests. */
export interface RequestFilter {
  readonly keyId?: string | undefined;
  readonly model?: string | undefined;
  readonly provider?: string | undefined;
  readonly status?: string | undefined;
  /** A label as `name=value`. */
  readonly label?: string | undefined;
  /** The member whom the requests count for. */
  readonly payer?: string | undefined;
  /** The keyed hash of an end user. */
  readonly endUser?: string | undefined;
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
  const sort = idsBetween(filter, after?.sk);
  if (sort === undefined) return { items };
  const readMax = Math.min(READ_MAX, limit * READ_PER_ITEM);
  let read = 0;
  const query = { table: USAGE, newestFirst: true, limit: READ_AHEAD, sort };
  for await (const item of mergedItems(store, usagePartitions(accountId), query)) {
    if (sortKeyOf(item) === after?.sk) continue;
    const record = decodeUsageRecord(item);
    if (isSelected(record, filter)) items.push(record);
    read += 1;
    if (items.length === limit || read === readMax) return { items, next: { pk: accountId, sk: sortKeyOf(item) } };
  }
  return { items };
}

/**
 * The IDs that requests of a period can have. They sort by time.
 * @param last the ID of the last request that was read. @default none was
 * @returns undefined if there are none
 */
function idsBetween({ from, to }: Pick<RequestFilter, 'from' | 'to'>, last: string | undefined): SortRange | undefined {
  const first = from === undefined ? ID_PREFIX : firstIdAt(Date.parse(from) - ADMITTED_WITHIN_MS);
  const end = last ?? (to === undefined ? AFTER_ALL_IDS : firstIdAt(Date.parse(to)));
  return first > end ? undefined : { from: first, to: end };
}

const ID_PREFIX = 'req_';
const AFTER_ALL_IDS = 'req_~';

/** It sorts before every ID of its millisecond, because it is the beginning of each. */
const firstIdAt = (milliseconds: number): string => `${ID_PREFIX}${encodeTime(Math.max(0, milliseconds))}`;

function isSelected(record: UsageRecord, filter: RequestFilter): boolean {
  const { keyId, model, provider, status, label, payer, endUser, from, to } = filter;
  const labels = Object.entries(record.labels ?? {}).map(([name, value]) => `${name}=${value}`);
  return (
    (keyId === undefined || record.keyId === keyId) &&
    (model === undefined || record.model === model) &&
    (provider === undefined || record.provider === provider) &&
    (status === undefined || record.status === status) &&
    (label === undefined || labels.includes(label)) &&
    (payer === undefined || record.payer === payer) &&
    (endUser === undefined || record.endUser === endUser) &&
    (from === undefined || record.at >= from) &&
    (to === undefined || record.at < to)
  );
}
