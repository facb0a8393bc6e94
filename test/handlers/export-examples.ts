import { exportKey, exportListingKey, runningExportKey } from '../../lambdas/contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../lambdas/contracts/storage/tables';
import { DEPLOYMENT } from '../../lambdas/domain/access/actor';
import type { ApiStage } from './api-stage';
import { at, type Example } from './example';

/** An export that is ready, with one file. */
export async function anExport({ parts, store }: ApiStage, ownerId: string): Promise<string> {
  const { exportId } = await parts.exports.request({ ownerId, actor: DEPLOYMENT });
  const files = [{ name: '001.zip', bytes: 3, items: 2 }];
  const set = { state: 'ready', isComplete: true, files, fileCount: 1 };
  await store.transact([
    { table: ACCOUNTS, update: exportKey(ownerId, exportId), change: { set } },
    { table: ACCOUNTS, delete: runningExportKey(ownerId) },
    { table: ACCOUNTS, delete: exportListingKey(exportId) },
  ]);
  return exportId;
}

const ofAccount =
  (more = ''): Example =>
  async (stage, accountId) => {
    stage.signedInAt = stage.now;
    return { path: `/v1/accounts/${accountId}/exports/${await anExport(stage, accountId)}${more}` };
  };

/** Any person may be the caller, so each has an export with this ID. */
const ofEach =
  (more = ''): Example =>
  async (stage) => {
    stage.signedInAt = stage.now;
    const exportId = await anExport(stage, stage.person('owner'));
    const item = await stage.store.get({ table: ACCOUNTS, key: exportKey(stage.person('owner'), exportId) });
    for (const personId of stage.people.values()) {
      await stage.store.write({ table: ACCOUNTS, put: { ...item, ...exportKey(personId, exportId) } });
    }
    return { path: `/v1/me/exports/${exportId}${more}` };
  };

export const EXPORT_EXAMPLES: { readonly [id: string]: Example } = {
  createExport: at('/v1/accounts/{accountId}/exports'),
  createAssistedExport: at('/v1/accounts/{accountId}/assisted-exports', { body: { identityCheck: 'verified_email' } }),
  listExports: at('/v1/accounts/{accountId}/exports'),
  getExport: ofAccount(),
  revealExportPassphrase: ofAccount('/passphrase'),
  createMyExport: at('/v1/me/exports'),
  listMyExports: at('/v1/me/exports'),
  getMyExport: ofEach(),
  revealMyExportPassphrase: ofEach('/passphrase'),
};
