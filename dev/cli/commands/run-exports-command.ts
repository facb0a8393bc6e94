import { randomBytes } from 'node:crypto';
import type { StoredExport } from '../../../lambdas/contracts/storage/export';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { Refusal } from '../../../lambdas/domain/errors/refusal';
import { Exports } from '../../../lambdas/domain/privacy/export/exports';
import type { Workflows } from '../../../lambdas/domain/privacy/export/ports';
import { type CommandResult, failure, jsonLines } from './command-result';
import type { CommandServices } from './command-services';
import type { ExportsCommand } from './exports-command';

/** An account has at most one export in a day or so, and each ends after a week. */
const EXPORTS_SHOWN_MAX = 100;

/** Without a running gateway an export waits for the next one, which starts all exports that are listed as running. */
const NOT_YET: Workflows = { startExport: () => Promise.resolve() };

/**
 * Runs a command about exports. It shows neither a link nor a passphrase: those are for the account's owner, who gets a
 * mail. The audit log names the deployment as the actor, and how the identity of the person was checked.
 */
export async function runExportsCommand(services: CommandServices, command: ExportsCommand): Promise<CommandResult> {
  const { store, clock, openWorkflows } = services;
  const { accountId: ownerId } = command;
  const audit = new AuditLog({ store, clock });
  const exportsWith = (workflows: Workflows) => new Exports({ store, clock, audit, workflows, randomBytes });
  if (command.name === 'exports-list') {
    const { items } = await exportsWith(NOT_YET).page(ownerId, { limit: EXPORTS_SHOWN_MAX });
    return jsonLines(items.map(render));
  }
  const { identityCheck } = command;
  const workflows = await openWorkflows?.();
  try {
    const requested = await exportsWith(workflows ?? NOT_YET).request({ ownerId, actor: DEPLOYMENT, identityCheck });
    const result = jsonLines([render(requested)]);
    return workflows ? result : { ...result, notes: ['The export is written when a gateway runs: use "npm start".'] };
  } catch (error) {
    if (error instanceof Refusal) return failure(error.message);
    throw error;
  }
}

const render = ({ exportId, state, requestedAt, requestedBy, identityCheck, endsAt }: StoredExport): object => ({
  exportId,
  state,
  requestedAt,
  requestedBy,
  identityCheck,
  endsAt,
});
