import { apiKeyKey } from '../../contracts/table-keys';
import { KEYS } from '../../contracts/tables';
import type { TableStore } from '../table/table-store';
import { decodeKey } from './key-item';

/** Whose counters are a key's: those of the first key of its rotations, of its trust, or its own. */
export async function counterOf(store: TableStore, keyId: string): Promise<string> {
  const item = await store.get({ table: KEYS, key: apiKeyKey(keyId) });
  return (item && decodeKey(item).counterId) ?? keyId;
}
