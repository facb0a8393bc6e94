import { certificateSchema } from '../../../lambdas/contracts/http/erasures';
import { ERASURE_SETTINGS_DEFAULT } from '../../../lambdas/contracts/deployment/erasure-settings';
import type { StoredErasure } from '../../../lambdas/contracts/storage/erasure';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { Refusal } from '../../../lambdas/domain/errors/refusal';
import { NO_NOTIFY } from '../../../lambdas/domain/notifications/outbox/outbox';
import { certificateFault } from '../../../lambdas/domain/privacy/erasure/certificate';
import { Erasures } from '../../../lambdas/domain/privacy/erasure/erasures';
import { findCertificate } from '../../../lambdas/domain/privacy/erasure/find-certificate';
import { LegalHolds } from '../../../lambdas/domain/privacy/erasure/legal-holds';
import type { ErasureWorkflows } from '../../../lambdas/domain/privacy/erasure/ports';
import type { VerifyCertificateCommand } from './command';
import { type CommandResult, failure, jsonLines } from './command-result';
import type { CommandServices } from './command-services';
import type { ErasuresCommand } from './erasures-command';
import { UnusableFile, readText } from './files';
import { publicKeys } from './receipts';

/** An owner has one erasure that is not over, and few that were cancelled within a week. */
const ERASURES_SHOWN_MAX = 100;

/** Without a running gateway an erasure waits for the next one, which starts all erasures that are not over. */
const NOT_YET: ErasureWorkflows = { startErasure: () => Promise.resolve() };

/**
 * Runs a command about erasures. The audit log names the deployment as the actor, and how the identity of the person was
 * checked.
 */
export async function runErasuresCommand(services: CommandServices, command: ErasuresCommand): Promise<CommandResult> {
  try {
    return await run(services, command);
  } catch (error) {
    if (error instanceof Refusal) return failure(error.message);
    throw error;
  }
}

async function run(services: CommandServices, command: ErasuresCommand): Promise<CommandResult> {
  const { store, clock } = services;
  const actor = DEPLOYMENT;
  const audit = new AuditLog({ store, clock });
  switch (command.name) {
    case 'erasures-certificate':
      return jsonLines([await findCertificate(store, command.erasureId)]);
    case 'erasures-hold':
    case 'erasures-lift': {
      const { ownerId, name } = command;
      const holds = new LegalHolds({ store, clock, audit });
      await (name === 'erasures-hold' ? holds.place({ ownerId, actor }) : holds.lift({ ownerId, actor }));
      return jsonLines([{ ownerId, placedAt: (await holds.get(ownerId))?.placedAt ?? null }]);
    }
    case 'erasures-show':
      return show(services, command.ownerId);
    case 'erasures-request':
    case 'erasures-cancel':
    case 'erasures-resolve':
      return change(services, command);
  }
}

async function show(services: CommandServices, ownerId: string): Promise<CommandResult> {
  const { erasures } = await open(services);
  const { items } = await erasures.page(ownerId, { limit: ERASURES_SHOWN_MAX });
  return jsonLines(items.map(render));
}

async function change(
  services: CommandServices,
  command: Extract<ErasuresCommand, { name: 'erasures-request' | 'erasures-cancel' | 'erasures-resolve' }>,
): Promise<CommandResult> {
  const { erasures, isRun } = await open(services);
  const actor = DEPLOYMENT;
  const { ownerId } = command;
  let stored: StoredErasure;
  if (command.name === 'erasures-request') {
    stored = await erasures.request({ ownerId, actor, identityCheck: command.identityCheck });
  } else {
    const { erasureId } = command;
    if (command.name === 'erasures-cancel') await erasures.cancel({ ownerId, erasureId, actor });
    else await erasures.resolve({ ownerId, erasureId, actor, decision: command.decision });
    stored = await erasures.get(ownerId, erasureId);
  }
  const result = jsonLines([render(stored)]);
  return isRun || stored.state === 'cancelled'
    ? result
    : { ...result, notes: ['The erasure goes on when a gateway runs: use "npm start".'] };
}

/** Commands tell nobody: the operator who runs one speaks with the person who asked. */
async function open({ store, clock, openErasures, erasure = ERASURE_SETTINGS_DEFAULT }: CommandServices) {
  const opened = await openErasures?.();
  const { workflows, settings } = opened ?? { workflows: NOT_YET, settings: erasure };
  const audit = new AuditLog({ store, clock });
  const erasures = new Erasures({ store, clock, audit, workflows, settings, notify: NO_NOTIFY });
  return { erasures, isRun: opened !== undefined };
}

const render = (stored: StoredErasure): object => {
  const { erasureId, state, step, requestedAt, requestedBy, identityCheck, graceEndsAt, balance } = stored;
  const { stoppedBecause, resolution } = stored;
  return {
    erasureId,
    state,
    step,
    requestedAt,
    requestedBy,
    identityCheck,
    graceEndsAt,
    balance,
    stoppedBecause,
    resolution,
  };
};

/**
 * Checks a certificate. The keys never come from its file, because a forger would have put their own there.
 * @param published fetches the keys from the deployment or the data folder; not called when the command names a key file
 */
export async function verifyCertificate(
  { file, key }: VerifyCertificateCommand,
  published: () => Promise<CommandResult>,
): Promise<CommandResult> {
  const parsed = certificateSchema.safeParse(parseJson(readText(file)));
  if (!parsed.success) throw new UnusableFile('The file is not a certificate of an erasure.');
  const keys = key === undefined ? await published() : { lines: [readText(key)], error: undefined };
  if (keys.error !== undefined) return failure(keys.error);
  const fault = certificateFault(parsed.data, publicKeys(keys.lines.join('\n')));
  const { erasureId, erasedAt, deployment } = parsed.data.certificate;
  const lines = [JSON.stringify({ verified: fault === undefined, erasureId, erasedAt, deployment })];
  return fault === undefined ? { exitCode: 0, lines } : { exitCode: 1, lines, error: `The certificate ${fault}.` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
