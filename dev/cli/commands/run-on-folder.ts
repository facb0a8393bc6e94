import { accessSync, constants, existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { sendCommand, isConnectionReset } from '../../local/folder/control-client';
import type { DataFolder } from '../../local/folder/data-folder';
import type { Owner } from '../../local/folder/owner';
import { findOwner, FolderInUse, FolderOwnership } from '../../local/folder/ownership';
import type { Payments } from '../../../lambdas/domain/payments/payments';
import { errorLog } from './error-log';
import type { LocalPayments } from '../../local/gateway/local-payments';
import type { Settings } from '../../local/settings';
import { openLocalServices, openReadOnlyServices } from '../../local/gateway/local-services';
import { type Command, commandSchema } from './command';
import { type CommandResult, failure } from './command-result';
import { runCommand } from './run-command';

/** How long to wait for an owner that is starting, stopping or running another command. */
const OWNER_TIMEOUT_MS = 30_000;
const POLL_MS = 50;

const resultSchema = z.object({
  exitCode: z.union([z.literal(0), z.literal(1)]),
  lines: z.array(z.string()),
  notes: z.array(z.string()).optional(),
  error: z.string().optional(),
});

/** The command could not be run, or its result is unknown. The message says why in one line. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** The settings that a command in this process needs. */
export type FolderSettings = Partial<Pick<Settings, 'stripe' | 'erasure'>>;

/** Runs a command in the process that owns the folder: the running gateway, or this one when no process does. */
export async function runOnFolder(
  folder: DataFolder,
  command: Command,
  { stripe, erasure }: FolderSettings = {},
): Promise<CommandResult> {
  if (!existsSync(folder.path)) {
    throw new CommandError(
      `There is no data folder ${folder.path}: create it with "npm start", or set TOLLGATE_DATA to another folder.`,
    );
  }
  if (!isWritable(folder)) return runReadOnly(folder, command);
  const giveUpAt = Date.now() + OWNER_TIMEOUT_MS;
  while (Date.now() < giveUpAt) {
    const owner = await findOwner(folder);
    const result = await (owner === undefined
      ? runInThisProcess(folder, command, { stripe, erasure })
      : runInOwnerProcess(owner, command));
    if (result !== undefined) return result;
    await wait(POLL_MS);
  }
  throw new CommandError(
    `The process that owns the data folder ${folder.path} accepts no commands. Try again, or restart the gateway.`,
  );
}

function isWritable(folder: DataFolder): boolean {
  try {
    accessSync(folder.path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs a command on a folder that cannot be written to, such as a mounted backup. Its lock is ignored, because it may
 * name the owner of the folder that this one is a copy of.
 */
async function runReadOnly(folder: DataFolder, command: Command): Promise<CommandResult> {
  const services = await openReadOnlyServices(folder);
  try {
    return await runCommand(services, command);
  } finally {
    await services.close();
  }
}

/** @returns undefined when another process acquired the folder first */
async function runInThisProcess(
  folder: DataFolder,
  command: Command,
  { stripe, erasure }: FolderSettings,
): Promise<CommandResult | undefined> {
  let ownership: FolderOwnership;
  try {
    ownership = await FolderOwnership.acquire(folder, 'command');
  } catch (error) {
    if (error instanceof FolderInUse) return undefined;
    throw error;
  }
  try {
    const services = await openLocalServices(folder);
    let payments: LocalPayments | undefined;
    const openPayments = async (): Promise<Payments> => {
      // Most commands need no payments, whose packages take a moment to load.
      const { openLocalPayments } = await import('../../local/gateway/local-payments');
      payments ??= await openLocalPayments({ folder, services, stripe, log: errorLog });
      return payments.payments;
    };
    try {
      return await runCommand({ ...services, openPayments, ...(erasure && { erasure }) }, command);
    } finally {
      await payments?.close();
      await services.close();
    }
  } finally {
    await ownership.release();
  }
}

/** @returns undefined when the owner is starting or stopping */
async function runInOwnerProcess(owner: Owner, command: Command): Promise<CommandResult | undefined> {
  try {
    const answer = await sendCommand(owner, command);
    return answer === undefined ? undefined : resultSchema.parse(answer);
  } catch (error) {
    // The owner exited, perhaps after running the command. A retry does no harm: a credit is deduplicated by its payment
    // ID, a grant, a line or a refund by its own, a key that was never shown is useless, a key is rotated or revoked only once, a replayed change is no longer
    // parked, an account has one running export and one erasure, a decision about an erasure is noted once, repeated rules, catalog settings and appointments change nothing, and
    // the other commands only read.
    if (isConnectionReset(error) || (error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return undefined;
    throw new CommandError('The gateway did not answer. The command may or may not have run.');
  }
}

/** The owner's side: runs a command that another process sent. */
export const commandHandler =
  (services: Parameters<typeof runCommand>[0]) =>
  (request: unknown): Promise<CommandResult> =>
    runCommand(services, commandSchema.parse(request)).catch((error: unknown) =>
      failure(error instanceof Error ? error.message : 'The command failed.'),
    );
