import type { ExportInput, StoredExport } from '../../../contracts/storage/export';
import { DEPLOYMENT_CHAIN } from '../../../contracts/storage/audit-event';
import { exportKey, exportListingKey, runningExportKey } from '../../../contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import { DEPLOYMENT } from '../../access/actor';
import { ALREADY_DONE } from '../../audit/action';
import type { AuditLog } from '../../audit/audit-log';
import { exportReady } from '../../notifications/outbox/messages';
import type { Notify } from '../../notifications/outbox/outbox';
import { all, compare, exists } from '../../table/condition';
import type { GuardedWrite } from '../../table/commit';
import type { TableStore } from '../../table/table-store';
import { findExport } from './export-item';

export interface DeliverDependencies {
  readonly store: TableStore;
  readonly audit: Pick<AuditLog, 'record'>;
  readonly notify: Notify;
}

/** Makes an export available, tells its owner and records it, in one transaction. A repeat has no effect. */
export async function deliverExport(
  { store, audit, notify }: DeliverDependencies,
  { ownerId, exportId }: ExportInput,
): Promise<void> {
  const stored = await findExport(store, ownerId, exportId);
  // Nobody can use it any more.
  if (stored === undefined) return;
  const isRunning = all(exists(), compare('state', '=', 'running'), compare('isComplete', '=', true));
  const change = { set: { state: 'ready' } };
  await audit.record({
    chain: chainOf(ownerId),
    actor: DEPLOYMENT,
    action: 'export.deliver',
    target: exportId,
    writes: [
      {
        write: { table: ACCOUNTS, update: exportKey(ownerId, exportId), change, when: isRunning },
        otherwise: () => ALREADY_DONE,
      },
      { write: { table: ACCOUNTS, delete: exportListingKey(exportId) } },
      ...(await freeOwner(store, ownerId, exportId)),
      ...notify(exportReady({ ownerId, exportId, requestedBy: readerOf(stored), endsAt: stored.endsAt })),
    ],
  });
}

/** The member or the person who asked. An operator cannot read what they requested for an account. */
const readerOf = ({ requestedBy, identityCheck }: StoredExport): string | undefined =>
  identityCheck === undefined ? requestedBy : undefined;

/** The write that allows the owner's next export, unless a later one has taken the place of this one. */
async function freeOwner(store: TableStore, ownerId: string, exportId: string): Promise<readonly GuardedWrite[]> {
  const key = runningExportKey(ownerId);
  const running = await store.get({ table: ACCOUNTS, key });
  if (running?.['exportId'] !== exportId) return [];
  return [{ write: { table: ACCOUNTS, delete: key } }];
}

/** The audit chain of an owner. A person has none, so what they do with their own data is in the deployment's. */
export const chainOf = (ownerId: string): string => (ownerId.startsWith('acc_') ? ownerId : DEPLOYMENT_CHAIN);
