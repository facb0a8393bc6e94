import { ENTRY_PREFIX, entryPartitions } from '../../../contracts/storage/table-keys';
import { WALLET } from '../../../contracts/storage/tables';
import { mergedItems } from '../../table/merged-items';
import type { TableStore } from '../../table/table-store';
import { readPlace } from '../balance/balance';
import { decodeEntry, type Entry } from './entry';

/** All entries of an account, by entry id: those of its leases, and those of its requests in the order of time. */
export async function* everyEntry(store: TableStore, accountId: string): AsyncGenerator<Entry, void> {
  const main = await readPlace(store, { accountId });
  // Where the balance is gone, there may have been drawers.
  const partitions = entryPartitions(accountId, main?.hasDrawers ?? true);
  const query = { table: WALLET, sort: { beginsWith: ENTRY_PREFIX } };
  for await (const item of mergedItems(store, partitions, query)) yield decodeEntry(item);
}
