import type { ErasureSettings } from '../../../lambdas/contracts/deployment/erasure-settings';
import type { Log } from '../../../lambdas/domain/log';
import { derivedSecret } from '../../../lambdas/domain/secret';
import type { DataFolder } from '../folder/data-folder';
import type { LocalPayments } from '../gateway/local-payments';
import type { LocalServices } from '../gateway/local-services';
import { openSigner } from '../gateway/sealer';
import { LocalErasableUsers } from '../identity/local-erasable-users';
import type { LocalIdentity } from '../identity/local-identity';
import type { SpoolMailer } from '../mail/spool-mailer';
import { ExecutionHistory } from './execution-history';
import { FolderExports } from './folder-exports';
import { LocalWorkflows } from './local-workflows';

export interface OpenWorkflowsOptions {
  readonly folder: DataFolder;
  readonly services: LocalServices;
  readonly identity: LocalIdentity;
  readonly mailer: SpoolMailer;
  readonly openPayments: () => Promise<LocalPayments>;
  readonly settings: ErasureSettings;
  readonly log: Log;
  /** The gateway's own origin, once it listens. */
  readonly origin: () => string;
  /** Called after a user was removed. */
  readonly usersChanged: () => void;
}

/** Opens the exports and erasures of a local run: their workflows run in this process. */
export function openWorkflows(options: OpenWorkflowsOptions) {
  const { folder, services, identity, mailer, openPayments, settings, log, origin, usersChanged } = options;
  const { store, clock, pepper } = services;
  const files = new FolderExports({ folder, clock, origin, secret: derivedSecret(pepper, 'export links') });
  const erasures = {
    users: new LocalErasableUsers({ identity, mailer, changed: usersChanged }),
    emails: identity.emails,
    files,
    mailer,
    signer: openSigner(folder),
    pepper,
    openPayments,
  };
  const history = new ExecutionHistory(folder, clock);
  const workflows = new LocalWorkflows({ store, clock, files, erasures, history, log });
  return { downloads: files, exports: { workflows, links: files }, erasures: { workflows, settings } };
}
