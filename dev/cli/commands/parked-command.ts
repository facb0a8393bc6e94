import { z } from 'zod';
import { expectArguments, type Options } from './arguments';

export const PARKED_COMMANDS = [
  z.strictObject({ name: z.literal('parked-list') }),
  z.strictObject({ name: z.literal('parked-replay') }),
] as const;

export type ParkedCommand = z.infer<(typeof PARKED_COMMANDS)[number]>;

export const isParkedCommand = (command: { readonly name: string }): command is ParkedCommand =>
  command.name.startsWith('parked-');

/**
 * @param words the words after `parked`
 * @returns undefined when there is no such command
 * @throws UsageError when its arguments or options are wrong
 */
export function parseParkedCommand(words: readonly string[], options: Options): object | undefined {
  const [verb, ...others] = words;
  if (verb !== 'list' && verb !== 'replay') return undefined;
  expectArguments(others, 0, options);
  return { name: `parked-${verb}` };
}
