import { z } from 'zod';
import { expectArguments, type Options } from './arguments';
import { identityCheck } from './owners';

export const EXPORT_COMMANDS = [
  z.strictObject({ name: z.literal('exports-request'), accountId: z.string(), identityCheck }),
  z.strictObject({ name: z.literal('exports-list'), accountId: z.string() }),
] as const;

export type ExportsCommand = z.infer<(typeof EXPORT_COMMANDS)[number]>;

export const isExportsCommand = (command: { readonly name: string }): command is ExportsCommand =>
  command.name.startsWith('exports-');

/**
 * @param words the words after `exports`
 * @returns undefined when there is no such command
 * @throws UsageError when its arguments or options are wrong
 */
export function parseExportsCommand(words: readonly string[], options: Options): object | undefined {
  const [verb, ...others] = words;
  switch (verb) {
    case 'request': {
      const [accountId] = expectArguments(others, 1, options, ['identity']);
      return { name: 'exports-request', accountId, identityCheck: options.identity };
    }
    case 'list':
      return { name: 'exports-list', accountId: expectArguments(others, 1, options)[0] };
    default:
      return undefined;
  }
}
