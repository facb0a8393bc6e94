import { ulid } from 'ulid';
import { z } from 'zod';
import { isConnectionReset, sendCommand } from '../../dev/local/folder/control-client';
import { DataFolder } from '../../dev/local/folder/data-folder';
import { findOwner } from '../../dev/local/folder/ownership';
import { parseUsd } from '../../lambdas/domain/money/pico';
import type { Acknowledged } from './acknowledged';

const resultSchema = z.object({ exitCode: z.literal(0), lines: z.array(z.string()) });

/** Adds money to the wallet through the running gateway, as `tollgate wallet credit` does. */
export async function credit(folder: string, accountId: string, usd: string, told: Acknowledged): Promise<void> {
  const paymentId = `crash_${ulid()}`;
  const lines = await send(folder, { name: 'credit', accountId, amount: usd, paymentId });
  if (lines !== undefined) told.credits.set(paymentId, parseUsd(usd));
}

/** Creates a key as `tollgate keys create` does. */
export async function createKey(folder: string, accountId: string, told: Acknowledged): Promise<void> {
  const payer = await ownerOf(folder, accountId);
  if (payer === undefined) return;
  const [line] = (await send(folder, { name: 'create-key', accountId, payer })) ?? [];
  if (line !== undefined) told.keyIds.add((JSON.parse(line) as { readonly keyId: string }).keyId);
}

/** The owner of the account, whom the command names that creates a key without a payer. */
async function ownerOf(folder: string, accountId: string): Promise<string | undefined> {
  const refused = await answerOf(folder, { name: 'create-key', accountId });
  return /per_\w{26}(?= \(owner\))/.exec(JSON.stringify(refused ?? ''))?.[0];
}

/** @returns undefined when the gateway was killed or stopped before it answered */
async function send(folder: string, command: object): Promise<readonly string[] | undefined> {
  const result = await answerOf(folder, command);
  return result === undefined ? undefined : resultSchema.parse(result).lines;
}

/** The result of a command, whether or not it succeeded. @returns undefined as `send` does */
async function answerOf(folder: string, command: object): Promise<unknown> {
  try {
    const owner = await findOwner(new DataFolder(folder));
    return owner && (await sendCommand(owner, command));
  } catch (error) {
    if (isConnectionReset(error) || (error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return undefined;
    throw error;
  }
}
