import { parseArgs } from 'node:util';
import { ulid } from 'ulid';
import { z } from 'zod';
import { parseUsd } from '../../lambdas/domain/money/pico';

/** The command line is wrong; the message says how in one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `Usage: npm run --silent tollgate -- <command>

  wallet <accountId>                 what is available, held and spent, as JSON
  wallet credit <accountId> <usd>    adds money, "5" or "0.25"; --payment-id <id> makes it safe to repeat
  usage <accountId>                  the newest usage records as JSON lines; --limit <count>, 100 unless told
  keys create <accountId>            makes an API key and shows it, once, as JSON
  ledger verify                      replays the ledger; exits 1 when a balance differs

The data folder is .tollgate/, or what TOLLGATE_DATA names.`;

const PAYMENT_ID_CHARACTERS_MAX = 200;
const USAGE_LIMIT_MAX = 100_000;
const USAGE_LIMIT_DEFAULT = 100;

const amount = z.string().refine((text) => isPositiveUsd(text), 'The amount is positive dollars, such as 5 or 0.25.');
const paymentId = z
  .string()
  .max(PAYMENT_ID_CHARACTERS_MAX, 'The payment id is too long.')
  .regex(/^(?!req_)[\w.:-]+$/, 'A payment id is made of letters, digits and ._:- and does not begin with req_.');
const limit = z.coerce
  .number('The limit is a whole number.')
  .pipe(
    z
      .int('The limit is a whole number.')
      .min(1, 'The limit is at least 1.')
      .max(USAGE_LIMIT_MAX, 'The limit is too large.'),
  );

/** A command as it travels to the process that owns the data folder: JSON, so the amount is text. */
export const commandSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('wallet'), accountId: z.string() }),
  z.strictObject({ name: z.literal('credit'), accountId: z.string(), amount, paymentId }),
  z.strictObject({ name: z.literal('usage'), accountId: z.string(), limit }),
  z.strictObject({ name: z.literal('create-key'), accountId: z.string() }),
  z.strictObject({ name: z.literal('verify') }),
]);

export type Command = z.infer<typeof commandSchema>;

/**
 * @returns undefined when help was asked for
 * @throws UsageError
 */
export function parseCommand(args: readonly string[]): Command | undefined {
  const { values, positionals } = parse(args);
  if (values.help === true) return undefined;
  const parsed = commandSchema.safeParse(read(positionals, values));
  if (!parsed.success) throw new UsageError(parsed.error.issues[0]?.message ?? 'The command is wrong.');
  return parsed.data;
}

interface Options {
  readonly help?: boolean;
  readonly limit?: string;
  readonly 'payment-id'?: string;
}

function parse(args: readonly string[]): { readonly values: Options; readonly positionals: readonly string[] } {
  const options = {
    help: { type: 'boolean', short: 'h' },
    limit: { type: 'string' },
    'payment-id': { type: 'string' },
  } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const [line = ''] = (error as Error).message.split(/\n|\. /);
    throw new UsageError(`${line.replace(/\.$/, '')}.`);
  }
}

function read([first, ...others]: readonly string[], options: Options): object {
  if (first === undefined) throw new UsageError('No command was given.');
  if (first === 'wallet' && others[0] === 'credit') {
    const [, accountId, amount] = take(others, 3, options, ['payment-id']);
    // Made here, so that asking the owner again cannot credit twice.
    return { name: 'credit', accountId, amount, paymentId: options['payment-id'] ?? `manual_${ulid()}` };
  }
  if (first === 'wallet') return { name: 'wallet', accountId: take(others, 1, options)[0] };
  if (first === 'usage') {
    return {
      name: 'usage',
      accountId: take(others, 1, options, ['limit'])[0],
      limit: options.limit ?? USAGE_LIMIT_DEFAULT,
    };
  }
  if (first === 'keys' && others[0] === 'create') return { name: 'create-key', accountId: take(others, 2, options)[1] };
  if (first === 'ledger' && others[0] === 'verify') {
    take(others, 1, options);
    return { name: 'verify' };
  }
  throw new UsageError(`There is no command "${[first, ...others.slice(0, 1)].join(' ').slice(0, 80)}".`);
}

function take(
  words: readonly string[],
  count: number,
  options: Options,
  allowed: readonly (keyof Options)[] = [],
): readonly string[] {
  if (words.length < count) throw new UsageError('The command lacks an argument.');
  if (words.length > count) throw new UsageError('The command has an argument too many.');
  for (const name of Object.keys(options)) {
    if (!(allowed as readonly string[]).includes(name)) throw new UsageError(`The command has no option --${name}.`);
  }
  return words;
}

function isPositiveUsd(text: string): boolean {
  try {
    return parseUsd(text) > 0n;
  } catch {
    return false;
  }
}
