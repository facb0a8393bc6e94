import type { Log } from '../../../lambdas/domain/log';
import { derivedSecret } from '../../../lambdas/domain/secret';
import type { DataFolder } from '../folder/data-folder';
import type { LocalServices } from '../gateway/local-services';
import { FolderExports } from './folder-exports';
import { LocalWorkflows } from './local-workflows';

export interface LocalExportsOptions {
  readonly folder: DataFolder;
  readonly services: LocalServices;
  readonly log: Log;
  /** The gateway's own origin, once it listens. */
  readonly origin: () => string;
}

/** Opens the exports of a local run: their files are in the data folder, and their workflows run in this process. */
export function openExports({ folder, services, log, origin }: LocalExportsOptions) {
  const { store, clock, pepper } = services;
  const files = new FolderExports({ folder, clock, origin, secret: derivedSecret(pepper, 'export links') });
  const workflows = new LocalWorkflows({ store, clock, files, log });
  return { downloads: files, exports: { workflows, links: files } };
}
