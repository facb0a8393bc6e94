import { isoTime } from '../../../lambdas/contracts/storage/table-keys/key-parts';
import { exportKey } from '../../../lambdas/contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../../lambdas/contracts/storage/tables';
import { encodeNewExport, findExport } from '../../../lambdas/domain/privacy/export/export-item';
import type { TableStore } from '../../../lambdas/domain/table/table-store';

const EXPORT_ID = 'exp_01JD0000000000000000000001';

/** Stores an export, and returns its reader. */
export async function exportReaders({
  engine,
  accountId,
  clock,
}: {
  readonly engine: TableStore;
  readonly accountId: string;
  readonly clock: () => number;
}) {
  const at = isoTime(clock());
  const stored = {
    exportId: EXPORT_ID,
    state: 'running',
    requestedAt: at,
    endsAt: at,
    identityCheck: 'verified_email',
  };
  const item = encodeNewExport({ ...stored, files: [], fileCount: 0, isComplete: false });
  await engine.write({ table: ACCOUNTS, put: { ...exportKey(accountId, EXPORT_ID), ...item } });
  return {
    'an export': {
      engine,
      decoders: ['decodeExport'],
      read: (store: TableStore) => findExport(store, accountId, EXPORT_ID),
    },
  };
}
