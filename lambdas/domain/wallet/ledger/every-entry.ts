import { ENTRY_PREFIX, entryPartitions } from '../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../contracts/storage/tables';
import { mergedItems } from '../../table/merged-items';
import type { TableStore } from '../../table/table-store';
import { readPart } from '../balance/balance';
import { decodeEntry, type Entry } from './entry';

/** All entries of an account by ID. For requests, that is chronological order. */
export async function* everyEntry(store: TableStore, accountId: string): AsyncGenerator<Entry, void> {
  const main = await readPart(store, { accountId });
  // Without a balance we cannot tell, so assume that the account had drawers.
  const partitions = entryPartitions(accountId, main?.hasDrawers ?? true);
  const query = { table: WALLET, sort: { beginsWith: ENTRY_PREFIX } };
  for await (const item of mergedItems(store, partitions, query)) yield decodeEntry(item);
}
