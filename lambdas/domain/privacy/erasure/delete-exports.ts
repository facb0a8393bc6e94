import type { ErasureStepResult } from '../../../contracts/workflows/erasure-workflow';
import type { ErasureInput } from '../../../contracts/storage/erasure';
import { EXPORT_PREFIX, passphraseKey } from '../../../contracts/storage/table-keys/privacy';
import { ACCOUNTS, KEYS } from '../../../contracts/storage/tables';
import { everyItem } from '../../table/every-item';
import { decodeExport } from '../export/export-item';
import type { ErasableFiles } from './ports';
import { AGAIN, finish, runStep, type StepDependencies } from './run-step';

export interface DeleteExportsDependencies extends StepDependencies {
  readonly files: Pick<ErasableFiles, 'removeSome'>;
}

/** Deletes the files and the passphrases of exports, which the exports' own items lead to. */
export function deleteExports(
  dependencies: DeleteExportsDependencies,
  input: ErasureInput,
): Promise<ErasureStepResult> {
  const { store, files } = dependencies;
  const { ownerId } = input;
  return runStep(dependencies, 'files', input, async () => {
    const exports = { table: ACCOUNTS, partition: ownerId, sort: { beginsWith: EXPORT_PREFIX } };
    for await (const item of everyItem(store, exports)) {
      await store.write({ table: KEYS, delete: passphraseKey(decodeExport(item).exportId) });
    }
    return (await files.removeSome(ownerId)) ? finish(dependencies, input, 'files') : AGAIN;
  });
}
