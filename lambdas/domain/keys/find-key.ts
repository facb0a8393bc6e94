import { apiKeyKey } from '../../contracts/storage/table-keys/keys';
import { KEYS } from '../../contracts/storage/tables';
import type { TableStore } from '../table/table-store';
import type { StoredKey } from './key-item';
import { decodeKey } from './key-item';
import { KeyNotFound } from './keys-errors';

export async function findKey(store: TableStore, keyId: string): Promise<StoredKey | undefined> {
  const item = await store.get({ table: KEYS, key: apiKeyKey(keyId) });
  return item && decodeKey(item);
}

/**
 * Finds a key for an administrative action.
 * @param accountId the account that the key must belong to; undefined for any
 * @throws KeyNotFound also for a key of another account, so that its existence is not revealed
 */
export async function findOwnedKey(
  store: TableStore,
  keyId: string,
  accountId: string | undefined,
): Promise<StoredKey> {
  const stored = await findKey(store, keyId);
  if (!stored || (accountId !== undefined && stored.accountId !== accountId)) throw new KeyNotFound();
  return stored;
}
