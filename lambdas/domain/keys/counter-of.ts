import type { TableStore } from '../table/table-store';
import { findKey } from './find-key';

/** The counter id of a key: the first key of its rotations, its trust, or the key itself. */
export async function counterOf(store: TableStore, keyId: string): Promise<string> {
  return (await findKey(store, keyId))?.counterId ?? keyId;
}
