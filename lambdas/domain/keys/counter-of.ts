import type { TableStore } from '../table/table-store';
import { findKey } from './find-key';

/** Whose counters are a key's: those of the first key of its rotations, of its trust, or its own. */
export async function counterOf(store: TableStore, keyId: string): Promise<string> {
  return (await findKey(store, keyId))?.counterId ?? keyId;
}
