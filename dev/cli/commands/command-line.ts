import { parseArgs } from 'node:util';
import { ulid } from 'ulid';
import type { z } from 'zod';
import {
  type Command,
  commandSchema,
  type InitCommand,
  initSchema,
  type StackTarget,
  stackTargetSchema,
  USAGE_LIMIT_DEFAULT,
  type VerifyAuditFileCommand,
  verifyAuditFileSchema,
  type VerifyCommand,
  verifySchema,
} from './command';
import { parseCatalogCommand } from './catalog-command-line';
import { parseKeysCommand } from './keys-command-line';
import { parseOperatorsCommand } from './operators-command';
import { type Options, expectArguments } from './arguments';
import { UsageError } from './usage';

/** What to do, and to what: the data folder where no stack is named. */
export type StoreCommand =
  | { readonly target: 'folder'; readonly command: Command }
  | { readonly target: StackTarget; readonly command: Command | InitCommand };

/** Some work needs no store, though it may ask one. */
export type FileCommand =
  | { readonly target: 'receipts-file'; readonly command: VerifyCommand; readonly keysFrom: StoreCommand }
  | { readonly target: 'audit-file'; readonly command: VerifyAuditFileCommand };

export type CommandLine = StoreCommand | FileCommand;

/**
 * @returns undefined when help was asked for
 * @throws UsageError
 */
export function parseCommandLine(args: readonly string[]): CommandLine | undefined {
  const { values, positionals } = parse(args);
  const { help, stack, region, ...options } = values;
  if (help === true) return undefined;
  const target = stack === undefined ? undefined : validate(stackTargetSchema, { stack, region });
  if (target === undefined && region !== undefined)
    throw new UsageError('--region is for a deployment: name its --stack.');
  const [first, ...others] = positionals;
  if (first === 'init') {
    expectArguments(others, 0, options, ['credit']);
    if (target === undefined) throw new UsageError('init completes a deployment: name its --stack.');
    return { target, command: validate(initSchema, { name: 'init', credit: options.credit }) };
  }
  if (first === 'receipts' && others[0] === 'verify') {
    const [, file] = expectArguments(others, 2, options, ['key']);
    const command = validate(verifySchema, { name: 'verify-receipts', file, key: options.key });
    return {
      target: 'receipts-file',
      command,
      keysFrom: { target: target ?? 'folder', command: { name: 'receipt-keys' } },
    };
  }
  if (first === 'audit' && others[0] === 'verify' && options.file !== undefined) {
    expectArguments(others, 1, options, ['file']);
    if (target !== undefined) throw new UsageError('A file is verified where it is: without --stack.');
    return {
      target: 'audit-file',
      command: validate(verifyAuditFileSchema, { name: 'verify-audit-file', file: options.file }),
    };
  }
  const command = validate(commandSchema, parseCommand(first, others, options));
  if (command.name === 'token' && target !== undefined)
    throw new UsageError('A deployment gives tokens at its sign-in page only.');
  return { target: target ?? 'folder', command };
}

function validate<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new UsageError(parsed.error.issues[0]?.message ?? 'The command is wrong.');
  return parsed.data;
}

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  stack: { type: 'string' },
  region: { type: 'string' },
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
  grace: { type: 'string' },
} as const;

interface GivenOptions extends Options {
  readonly help?: boolean;
  readonly stack?: string;
  readonly region?: string;
}

function parse(args: readonly string[]): { readonly values: GivenOptions; readonly positionals: readonly string[] } {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const [line = ''] = (error as Error).message.split(/\n|\. /);
    throw new UsageError(`${line.replace(/\.$/, '')}.`);
  }
}

const COMMAND_GROUPS: ReadonlyMap<string, typeof parseKeysCommand> = new Map([
  ['keys', parseKeysCommand],
  ['catalog', parseCatalogCommand],
  ['operators', parseOperatorsCommand],
]);

function parseCommand(first: string | undefined, others: readonly string[], options: Options): object {
  if (first === undefined) throw new UsageError('No command was given.');
  if (first === 'accounts' && others[0] === 'create') {
    expectArguments(others, 1, options);
    // Made here, as below, so that asking the owner again cannot make two.
    return { name: 'create-account', accountId: `acc_${ulid()}` };
  }
  if (first === 'wallet' && others[0] === 'credit') {
    const [, accountId, amount] = expectArguments(others, 3, options, ['payment-id']);
    return { name: 'credit', accountId, amount, paymentId: options['payment-id'] ?? `manual_${ulid()}` };
  }
  if (first === 'wallet') return { name: 'wallet', accountId: expectArguments(others, 1, options)[0] };
  if (first === 'usage') {
    const [accountId] = expectArguments(others, 1, options, ['limit']);
    return { name: 'usage', accountId, limit: options.limit ?? USAGE_LIMIT_DEFAULT };
  }
  if (first === 'token') {
    expectArguments(others, 0, options, ['as']);
    return { name: 'token', as: options.as };
  }
  if (first === 'ledger' && others[0] === 'verify') {
    expectArguments(others, 1, options);
    return { name: 'verify' };
  }
  if (first === 'ledger' && others[0] === 'recompute') {
    return { name: 'recompute', requestId: expectArguments(others, 2, options)[1] };
  }
  if (first === 'receipts' && others[0] === 'export') {
    return { name: 'export-receipts', accountId: expectArguments(others, 2, options)[1] };
  }
  if (first === 'receipts' && others[0] === 'complete') {
    return { name: 'complete-receipts', accountId: expectArguments(others, 2, options)[1] };
  }
  if (first === 'receipts' && others[0] === 'key') {
    expectArguments(others, 1, options);
    return { name: 'receipt-keys' };
  }
  if (first === 'audit' && others[0] === 'verify') {
    const [, chain] = expectArguments(others, Math.min(Math.max(others.length, 1), 2), options);
    return { name: 'verify-audit', ...(chain !== undefined && { chain }) };
  }
  if (first === 'audit' && others[0] === 'export')
    return { name: 'export-audit', chain: expectArguments(others, 2, options)[1] };
  const command = COMMAND_GROUPS.get(first)?.(others, options);
  if (command !== undefined) return command;
  throw new UsageError(`There is no command "${[first, ...others.slice(0, 1)].join(' ').slice(0, 80)}".`);
}
