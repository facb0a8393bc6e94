import { USAGE_RECORDS_PREFIX, usagePartitions, usageRecordKey } from '../../../contracts/storage/table-keys/usage';
import { EXPIRES_AT, USAGE } from '../../../contracts/storage/tables';
import { UNITS } from '../../../contracts/storage/units';
import type { UsageRecord } from '../../../contracts/storage/usage-record';
import { usageRecordSchema } from '../../../contracts/storage/usage-record';
import { DAY_MS, SECOND_MS } from '../../clock';
import type { Condition } from '../../table/condition';
import type { Put, TableStore } from '../../table/table-store';
import type { Item } from '../../table/value';
import { mergedItems } from '../../table/merged-items';

const DAY_SECONDS = DAY_MS / SECOND_MS;

/** The page size in each partition. A listing merges all partitions of an account. */
const LISTED_PAGE_ITEMS = 20;

/**
 * The expiry of a usage record, or of data that is derived from it.
 * @param at the start of the retention: ISO 8601, UTC
 * @returns epoch seconds, rounded down so that nothing expires late
 */
export function expiryAfter(at: string, retentionDays: number): number {
  return Math.floor(Date.parse(at) / SECOND_MS) + retentionDays * DAY_SECONDS;
}

/** The write of one record. The fields are listed one by one, so that no other field can be stored. */
export function putUsageRecord(record: UsageRecord, retentionDays: number, when: Condition): Put {
  const { requestId, accountId, keyId, at, endpoint, model, provider, streamed, status, httpStatus } = record;
  const { estimated, costPico, overrunPico, priceVersion, labels, leaseTurn, firstByteMs, durationMs } = record;
  const { payer, endUser, failedAttempts } = record;
  const item: Item = {
    ...usageRecordKey(accountId, requestId),
    [EXPIRES_AT]: expiryAfter(at, retentionDays),
    requestId,
    accountId,
    keyId,
    at,
    endpoint,
    model,
    provider,
    streamed,
    status,
    httpStatus,
    usage: encodeUsage(record.usage),
    estimated,
    costPico,
    overrunPico,
    priceVersion,
    durationMs,
    ...(labels && { labels }),
    ...(payer !== undefined && { payer }),
    ...(endUser !== undefined && { endUser }),
    ...(failedAttempts && { failedAttempts: failedAttempts.map(encodeAttempt) }),
    ...(leaseTurn !== undefined && { leaseTurn }),
    ...(firstByteMs !== undefined && { firstByteMs }),
  };
  return { table: USAGE, put: item, when };
}

/** Whether an item of the usage table is a usage record, rather than a cancellation or a part of the receipts. */
export function isUsageRecordItem(item: Item | undefined): boolean {
  return typeof item?.['pk'] === 'string' && item['pk'].startsWith(USAGE_RECORDS_PREFIX);
}

/** @throws ZodError when the item is not a usage record of this or a later release */
export const decodeUsageRecord = (item: Item): UsageRecord => usageRecordSchema.parse(item);

const encodeAttempt = ({
  provider,
  failure,
  httpStatus,
}: NonNullable<UsageRecord['failedAttempts']>[number]): Item => ({
  provider,
  ...(failure !== undefined && { failure }),
  ...(httpStatus !== undefined && { httpStatus }),
});

function encodeUsage(usage: UsageRecord['usage']): { readonly [unit: string]: number } {
  const counts: { [unit: string]: number } = {};
  for (const unit of UNITS) {
    const count = usage[unit];
    if (count !== undefined) counts[unit] = count;
  }
  return counts;
}

/** Reads usage records. Only the wallet writes them, in the transaction that ends the hold. */
export class UsageRecords {
  readonly #store: TableStore;

  constructor(options: { readonly store: TableStore }) {
    this.#store = options.store;
  }

  async get(accountId: string, requestId: string): Promise<UsageRecord | undefined> {
    const item = await this.#store.get({ table: USAGE, key: usageRecordKey(accountId, requestId) });
    return item && decodeUsageRecord(item);
  }

  /**
   * The newest records, newest first. Request IDs sort by time.
   * @param limit at least 1
   */
  async newest(accountId: string, limit: number): Promise<UsageRecord[]> {
    const records: UsageRecord[] = [];
    const query = { table: USAGE, newestFirst: true, limit: Math.min(limit, LISTED_PAGE_ITEMS) };
    for await (const item of mergedItems(this.#store, usagePartitions(accountId), query)) {
      records.push(decodeUsageRecord(item));
      if (records.length === limit) break;
    }
    return records;
  }
}
