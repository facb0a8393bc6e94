import { ENTRY_PREFIX, entryPartitions } from '../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../contracts/storage/tables';
import { everyItem } from '../../table/every-item';
import { mergedItems } from '../../table/merged-items';
import type { TableStore } from '../../table/table-store';
import { readPart } from '../balance/balance';
import { decodeEntry, type Entry } from './entry';

/** All entries of an account by ID. For requests, that is chronological order. */
export async function* everyEntry(store: TableStore, accountId: string): AsyncGenerator<Entry, void> {
  const partitions = await partitionsOf(store, accountId);
  const query = { table: WALLET, sort: { beginsWith: ENTRY_PREFIX } };
  for await (const item of mergedItems(store, partitions, query)) yield decodeEntry(item);
}

/** The IDs of entries of requests and leases begin with these. Only such entries charge. */
export const CHARGED_PREFIXES = ['lease_', 'req_'] as const;
/** Sorts after every character of an entry's ID. */
const LAST = '~';

/** The entries of an account that belong to no request, in no useful order. There are few, and no other is read. */
export async function* everyChange(store: TableStore, accountId: string): AsyncGenerator<Entry, void> {
  let from = ENTRY_PREFIX;
  for (const prefix of [...CHARGED_PREFIXES, LAST]) {
    const sort = { from, to: `${ENTRY_PREFIX}${prefix}` };
    for await (const item of everyItem(store, { table: WALLET, partition: accountId, sort })) yield decodeEntry(item);
    from = `${ENTRY_PREFIX}${prefix}${LAST}`;
  }
}

/** The partitions that hold the entries of an account. */
export async function partitionsOf(store: TableStore, accountId: string): Promise<readonly string[]> {
  const main = await readPart(store, { accountId });
  // Without a balance we cannot tell, so assume that the account had drawers.
  return entryPartitions(accountId, main?.hasDrawers ?? true);
}
