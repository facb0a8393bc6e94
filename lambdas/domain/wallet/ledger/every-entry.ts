import { ENTRY_PREFIX, entryPartitions } from '../../../contracts/storage/table-keys';
import { WALLET } from '../../../contracts/storage/tables';
import { mergedItems } from '../../table/merged-items';
import type { TableStore } from '../../table/table-store';
import { readPart } from '../balance/balance';
import { decodeEntry, type Entry } from './entry';

/** All entries of an account in the order of their ids, which for requests is the order of time. */
export async function* everyEntry(store: TableStore, accountId: string): AsyncGenerator<Entry, void> {
  const main = await readPart(store, { accountId });
  // If the balance is missing, there may have been drawers.
  const partitions = entryPartitions(accountId, main?.hasDrawers ?? true);
  const query = { table: WALLET, sort: { beginsWith: ENTRY_PREFIX } };
  for await (const item of mergedItems(store, partitions, query)) yield decodeEntry(item);
}
