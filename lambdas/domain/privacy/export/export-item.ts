import { type ExportFile, type StoredExport, storedExportSchema } from '../../../contracts/storage/export';
import { exportKey } from '../../../contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import type { TableStore } from '../../table/table-store';
import type { Item } from '../../table/value';

export const decodeExport = (item: Item): StoredExport => storedExportSchema.parse(item);

export async function findExport(
  store: TableStore,
  ownerId: string,
  exportId: string,
): Promise<StoredExport | undefined> {
  const item = await store.get({ table: ACCOUNTS, key: exportKey(ownerId, exportId) });
  return item && decodeExport(item);
}

/** The path of a file in the store of exports. It has IDs only. */
export const pathOf = (ownerId: string, exportId: string, { name }: Pick<ExportFile, 'name'>): string =>
  `${ownerId}/${exportId}/${name}`;

/** An export that has no file yet. */
export function encodeNewExport(stored: StoredExport): Item {
  const { exportId, state, requestedAt, requestedBy, identityCheck, endsAt } = stored;
  return {
    exportId,
    state,
    requestedAt,
    endsAt,
    files: [],
    fileCount: 0,
    isComplete: false,
    ...(requestedBy !== undefined && { requestedBy }),
    ...(identityCheck !== undefined && { identityCheck }),
  };
}
