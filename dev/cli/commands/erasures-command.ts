import { z } from 'zod';
import { RESOLUTIONS } from '../../../lambdas/contracts/storage/erasure';
import { erasureIdSchema } from '../../../lambdas/contracts/storage/ids';
import { expectArguments, type Options } from './arguments';
import { identityCheck, ownerId } from './owners';

const erasureId = erasureIdSchema;
const decision = z.enum(RESOLUTIONS, `Decide for one of these: ${RESOLUTIONS.join(', ')}.`);

export const ERASURE_COMMANDS = [
  z.strictObject({ name: z.literal('erasures-request'), ownerId, identityCheck }),
  z.strictObject({ name: z.literal('erasures-show'), ownerId }),
  z.strictObject({ name: z.literal('erasures-cancel'), ownerId, erasureId }),
  z.strictObject({ name: z.literal('erasures-resolve'), ownerId, erasureId, decision }),
  z.strictObject({ name: z.literal('erasures-hold'), ownerId }),
  z.strictObject({ name: z.literal('erasures-lift'), ownerId }),
  z.strictObject({ name: z.literal('erasures-certificate'), erasureId }),
] as const;

export type ErasuresCommand = z.infer<(typeof ERASURE_COMMANDS)[number]>;

export const isErasuresCommand = (command: { readonly name: string }): command is ErasuresCommand =>
  command.name.startsWith('erasures-');

/**
 * @param words the words after `erasures`
 * @returns undefined when there is no such command
 * @throws UsageError when its arguments or options are wrong
 */
export function parseErasuresCommand(words: readonly string[], options: Options): object | undefined {
  const [verb, ...others] = words;
  switch (verb) {
    case 'request': {
      const [owner] = expectArguments(others, 1, options, ['identity']);
      return { name: 'erasures-request', ownerId: owner, identityCheck: options.identity };
    }
    case 'show':
    case 'hold':
    case 'lift':
      return { name: `erasures-${verb}`, ownerId: expectArguments(others, 1, options)[0] };
    case 'cancel': {
      const [owner, erasure] = expectArguments(others, 2, options);
      return { name: 'erasures-cancel', ownerId: owner, erasureId: erasure };
    }
    case 'resolve': {
      const [owner, erasure, chosen] = expectArguments(others, 3, options);
      return { name: 'erasures-resolve', ownerId: owner, erasureId: erasure, decision: chosen };
    }
    case 'certificate':
      return { name: 'erasures-certificate', erasureId: expectArguments(others, 1, options)[0] };
    default:
      return undefined;
  }
}
