import { parseArgs } from 'node:util';
import { holdsCardNumber } from '../../../lambdas/domain/payments/card-number';
import { UsageError } from './usage';

const GLOBAL_OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  stack: { type: 'string' },
  region: { type: 'string' },
} as const;

const COMMAND_OPTIONS = {
  limit: { type: 'string' },
  credit: { type: 'string' },
  'payment-id': { type: 'string' },
  as: { type: 'string' },
  key: { type: 'string' },
  file: { type: 'string' },
  complete: { type: 'boolean' },
  model: { type: 'string', multiple: true },
  endpoints: { type: 'string' },
  from: { type: 'string' },
  version: { type: 'string' },
  rules: { type: 'string' },
  role: { type: 'string' },
  payer: { type: 'string' },
  grace: { type: 'string' },
  to: { type: 'string' },
  reason: { type: 'string' },
  expires: { type: 'string' },
  csv: { type: 'boolean' },
  html: { type: 'boolean' },
  identity: { type: 'string' },
} as const;

const OPTIONS = { ...GLOBAL_OPTIONS, ...COMMAND_OPTIONS };

type GivenOptions = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

/** The options that belong to individual commands. */
export type Options = Omit<GivenOptions, keyof typeof GLOBAL_OPTIONS>;

/** @throws UsageError when an option is unknown or lacks its value, and for a card number, which would be stored */
export function parseArguments(args: readonly string[]): {
  readonly values: GivenOptions;
  readonly positionals: readonly string[];
} {
  if (args.some(holdsCardNumber)) throw new UsageError('An argument contains a card number: leave it out.');
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    // Node follows its first sentence with advice that does not fit on one line.
    const [sentence = ''] = (error as Error).message.split(/\n|\. /);
    throw new UsageError(`${sentence.replace(/\.$/, '')}.`);
  }
}

/**
 * Checks what follows a command's name.
 * @returns the words, of which there are exactly `count`
 * @throws UsageError when there are more or fewer, or an option that the command does not accept
 */
export function expectArguments(
  words: readonly string[],
  count: number,
  options: Options,
  allowed: readonly (keyof Options)[] = [],
): readonly string[] {
  if (words.length < count) throw new UsageError('An argument is missing.');
  if (words.length > count) throw new UsageError('There are too many arguments.');
  for (const name of Object.keys(options)) {
    if (!(allowed as readonly string[]).includes(name)) throw new UsageError(`This command does not take --${name}.`);
  }
  return words;
}
