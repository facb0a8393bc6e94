import { z } from 'zod';
import { personIdSchema } from '../../../lambdas/contracts/storage/ids';
import { type Options, expectArguments } from './arguments';

const personId = z
  .string()
  .refine(
    (id) => personIdSchema.safeParse(id).success,
    'Invalid person ID: it must start with per_. People find theirs at GET /api/v1/me once they have signed in.',
  );

/** Appointing takes only the deployment's credentials; otherwise no one could appoint the first operator. */
export const OPERATOR_COMMANDS = [
  z.strictObject({ name: z.literal('operators-list') }),
  z.strictObject({ name: z.literal('operators-appoint'), personId }),
  z.strictObject({ name: z.literal('operators-dismiss'), personId }),
] as const;

export type OperatorCommand = z.infer<(typeof OPERATOR_COMMANDS)[number]>;

export const isOperatorCommand = (command: { readonly name: string }): command is OperatorCommand =>
  command.name.startsWith('operators-');

/**
 * @param words the words after `operators`
 * @returns undefined when there is no such command
 * @throws UsageError when its arguments or options are wrong
 */
export function parseOperatorsCommand(words: readonly string[], options: Options): object | undefined {
  const [verb, ...others] = words;
  switch (verb) {
    case 'list':
      expectArguments(others, 0, options);
      return { name: 'operators-list' };
    case 'appoint':
    case 'dismiss':
      return { name: `operators-${verb}`, personId: expectArguments(others, 1, options)[0] };
    default:
      return undefined;
  }
}
