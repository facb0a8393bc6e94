import { z } from 'zod';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { Refusal } from '../../../lambdas/domain/errors/refusal';
import { Restrictions } from '../../../lambdas/domain/privacy/restriction/restrictions';
import { expectArguments, type Options } from './arguments';
import { type CommandResult, failure, jsonLines } from './command-result';
import type { CommandServices } from './command-services';
import { identityCheck, ownerId } from './owners';

export const RESTRICTION_COMMANDS = [
  z.strictObject({ name: z.literal('restrictions-set'), ownerId, identityCheck }),
  z.strictObject({ name: z.literal('restrictions-lift'), ownerId, identityCheck }),
  z.strictObject({ name: z.literal('restrictions-show'), ownerId }),
] as const;

export type RestrictionsCommand = z.infer<(typeof RESTRICTION_COMMANDS)[number]>;

export const isRestrictionsCommand = (command: { readonly name: string }): command is RestrictionsCommand =>
  command.name.startsWith('restrictions-');

/**
 * @param words the words after `restrictions`
 * @returns undefined when there is no such command
 * @throws UsageError when its arguments or options are wrong
 */
export function parseRestrictionsCommand(words: readonly string[], options: Options): object | undefined {
  const [verb, ...others] = words;
  switch (verb) {
    case 'set':
    case 'lift': {
      const [owner] = expectArguments(others, 1, options, ['identity']);
      return { name: `restrictions-${verb}`, ownerId: owner, identityCheck: options.identity };
    }
    case 'show':
      return { name: 'restrictions-show', ownerId: expectArguments(others, 1, options)[0] };
    default:
      return undefined;
  }
}

/** Runs a command about restrictions. The audit log names the deployment as the actor, and how the person was identified. */
export async function runRestrictionsCommand(
  { store, clock }: CommandServices,
  command: RestrictionsCommand,
): Promise<CommandResult> {
  const restrictions = new Restrictions({ store, clock, audit: new AuditLog({ store, clock }) });
  const { name, ownerId: owner } = command;
  try {
    if (name === 'restrictions-set') await restrictions.set({ ...command, actor: DEPLOYMENT });
    if (name === 'restrictions-lift') await restrictions.lift({ ...command, actor: DEPLOYMENT });
  } catch (error) {
    if (error instanceof Refusal) return failure(error.message);
    throw error;
  }
  const { restrictedAt = null, ...restriction } = (await restrictions.get(owner)) ?? {};
  return jsonLines([{ ownerId: owner, restrictedAt, ...restriction }]);
}
