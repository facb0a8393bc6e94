import { z } from 'zod';
import { personIdSchema } from '../../../lambdas/contracts/storage/ids';
import { type Options, expectArguments } from './arguments';

const personId = z
  .string()
  .refine(
    (id) => personIdSchema.safeParse(id).success,
    'A person is named by their id, which begins with per_: they sign in, and GET /api/v1/me shows it.',
  );

/** Who runs the deployment, as whoever has its credentials says it: without them nobody would be the first. */
export const OPERATOR_COMMANDS = [
  z.strictObject({ name: z.literal('operators-list') }),
  z.strictObject({ name: z.literal('operators-appoint'), personId }),
  z.strictObject({ name: z.literal('operators-dismiss'), personId }),
] as const;

export type OperatorCommand = z.infer<(typeof OPERATOR_COMMANDS)[number]>;

export const isOperatorCommand = (command: { readonly name: string }): command is OperatorCommand =>
  command.name.startsWith('operators-');

/** What follows the word `operators`; undefined where there is no such command. Throws UsageError. */
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
