import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { sendCommand, isConnectionReset } from '../../local/folder/control-client';
import type { DataFolder } from '../../local/folder/data-folder';
import type { Owner } from '../../local/folder/owner';
import { findOwner, FolderInUse, FolderOwnership } from '../../local/folder/ownership';
import { openLocalServices } from '../../local/gateway/local-services';
import { type Command, commandSchema } from './command';
import type { CommandResult } from './command-services';
import { runCommand } from './run-command';

/** For an owner that is starting, stopping or running another command. */
const OWNER_TIMEOUT_MS = 30_000;
const POLL_MS = 50;

const resultSchema = z.object({
  exitCode: z.union([z.literal(0), z.literal(1)]),
  lines: z.array(z.string()),
  notes: z.array(z.string()).optional(),
  error: z.string().optional(),
});

/** A command cannot be run here; the message says why in one line. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** Runs a command where the folder's owner is: in the running gateway, or here when nobody owns the folder. */
export async function runOnFolder(folder: DataFolder, command: Command): Promise<CommandResult> {
  if (!existsSync(folder.path)) {
    throw new CommandError(`There is no data folder ${folder.path}: "npm start" makes it, TOLLGATE_DATA names it.`);
  }
  const giveUpAt = Date.now() + OWNER_TIMEOUT_MS;
  while (Date.now() < giveUpAt) {
    const owner = await findOwner(folder);
    const result =
      owner === undefined ? await runInThisProcess(folder, command) : await runInOwnerProcess(owner, command);
    if (result !== undefined) return result;
    await wait(POLL_MS);
  }
  throw new CommandError(`The owner of the data folder ${folder.path} takes no commands.`);
}

/** @returns undefined when somebody else took the folder first */
async function runInThisProcess(folder: DataFolder, command: Command): Promise<CommandResult | undefined> {
  let ownership: FolderOwnership;
  try {
    ownership = await FolderOwnership.acquire(folder, 'command');
  } catch (error) {
    if (error instanceof FolderInUse) return undefined;
    throw error;
  }
  try {
    const services = openLocalServices(folder);
    try {
      return await runCommand(services, command);
    } finally {
      services.close();
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
    // The owner ended. What it may have done meanwhile can be done again: a credit has its payment's id, a key
    // that was not shown opens nothing, what was rotated or revoked is so once, rules are put in the place of
    // whatever was, and the others only read.
    if (isConnectionReset(error) || (error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return undefined;
    throw new CommandError('The gateway did not answer the command; whether it was carried out is unknown.');
  }
}

/** The owner's side: what another process asked for. */
export const commandHandler =
  (services: Parameters<typeof runCommand>[0]) =>
  (request: unknown): Promise<CommandResult> =>
    runCommand(services, commandSchema.parse(request)).catch(failed);

const failed = (error: unknown): CommandResult => ({
  exitCode: 1,
  lines: [],
  error: error instanceof Error ? error.message : 'The command failed.',
});
