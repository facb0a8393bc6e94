import { directoryKey } from '../../../contracts/storage/table-keys/accounts';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import type { TableStore } from '../../table/table-store';

/** Erasure reduces the listing of an account to its ID, before it deletes the usage records. */
export async function isErased(store: TableStore, accountId: string): Promise<boolean> {
  const listing = await store.get({ table: ACCOUNTS, key: directoryKey(accountId) });
  return listing !== undefined && !('createdAt' in listing);
}
