import { ulid } from 'ulid';
import type { z } from 'zod';
import {
  type Command,
  commandSchema,
  initSchema,
  type StackCommand,
  type StackTarget,
  stackTargetSchema,
  USAGE_LIMIT_DEFAULT,
  type VerifyAuditFileCommand,
  verifyAuditFileSchema,
  type VerifyCertificateCommand,
  verifyCertificateSchema,
  type VerifyCommand,
  verifySchema,
} from './command';
import { parseBudgetsCommand } from './budgets-command';
import { parseCatalogCommand } from './catalog-command-line';
import { parseErasuresCommand } from './erasures-command';
import { parseExportsCommand } from './exports-command';
import { parseKeysCommand } from './keys-command-line';
import { parseOperatorsCommand } from './operators-command';
import { parsePaymentsCommand, parseWalletCommand } from './money-command';
import { parseParkedCommand } from './parked-command';
import { expectArguments, type Options, parseArguments } from './arguments';
import { parseRestrictionsCommand } from './restrictions-command';
import { parseSupportCommand } from './support-command';
import { UsageError } from './usage';

/** A command for the tables of the data folder or, when `--stack` is given, of a deployment. */
export type StoreCommand =
  | { readonly target: 'folder'; readonly command: Command }
  | { readonly target: StackTarget; readonly command: Command | StackCommand };

/** A command that checks a file. It may read from a store only to fetch the published keys. */
export type FileCommand =
  | { readonly target: 'receipts-file'; readonly command: VerifyCommand; readonly keysFrom: StoreCommand }
  | {
      readonly target: 'certificate-file';
      readonly command: VerifyCertificateCommand;
      readonly keysFrom: StoreCommand;
    }
  | { readonly target: 'audit-file'; readonly command: VerifyAuditFileCommand };

export type CommandLine = StoreCommand | FileCommand;

/**
 * @returns undefined when `--help` was given
 * @throws UsageError when the command line is wrong
 */
export function parseCommandLine(args: readonly string[]): CommandLine | undefined {
  const { values, positionals } = parseArguments(args);
  const { help, stack, region, ...options } = values;
  if (help === true) return undefined;
  const target = stack === undefined ? undefined : validate(stackTargetSchema, { stack, region });
  if (target === undefined && region !== undefined)
    throw new UsageError('--region applies only to a deployment: give its --stack too.');
  const [first, ...others] = positionals;
  if (first === 'init') {
    expectArguments(others, 0, options, ['credit']);
    if (target === undefined) throw new UsageError('init sets up a deployment: give its --stack.');
    return { target, command: validate(initSchema, { name: 'init', credit: options.credit }) };
  }
  if (first === 'payments' && others[0] === 'keys') {
    expectArguments(others, 1, options);
    if (target === undefined) throw new UsageError('payments keys sets up a deployment: give its --stack.');
    return { target, command: { name: 'payment-keys' } };
  }
  if ((first === 'receipts' || first === 'erasures') && others[0] === 'verify') {
    const [, file] = expectArguments(others, 2, options, ['key']);
    const { key } = options;
    const keysFrom: StoreCommand = { target: target ?? 'folder', command: { name: 'receipt-keys' } };
    if (first === 'receipts') {
      const command = validate(verifySchema, { name: 'verify-receipts', file, key });
      return { target: 'receipts-file', command, keysFrom };
    }
    const command = validate(verifyCertificateSchema, { name: 'verify-certificate', file, key });
    return { target: 'certificate-file', command, keysFrom };
  }
  if (first === 'audit' && others[0] === 'verify' && options.file !== undefined) {
    expectArguments(others, 1, options, ['file']);
    if (target !== undefined) throw new UsageError('--file reads a file on this machine, so leave out --stack.');
    return {
      target: 'audit-file',
      command: validate(verifyAuditFileSchema, { name: 'verify-audit-file', file: options.file }),
    };
  }
  const command = validate(commandSchema, parseCommand(first, others, options));
  if (command.name === 'token' && target !== undefined)
    throw new UsageError('token works only on a local run: in a deployment, people sign in to the console.');
  return { target: target ?? 'folder', command };
}

function validate<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new UsageError(parsed.error.issues[0]?.message ?? 'The command is invalid.');
  return parsed.data;
}

const COMMAND_GROUPS: ReadonlyMap<string, typeof parseKeysCommand> = new Map([
  ['keys', parseKeysCommand],
  ['catalog', parseCatalogCommand],
  ['operators', parseOperatorsCommand],
  ['parked', parseParkedCommand],
  ['payments', parsePaymentsCommand],
  ['exports', parseExportsCommand],
  ['erasures', parseErasuresCommand],
  ['restrictions', parseRestrictionsCommand],
  ['support', parseSupportCommand],
  ['budgets', parseBudgetsCommand],
]);

function parseCommand(first: string | undefined, others: readonly string[], options: Options): object {
  if (first === undefined) throw new UsageError('No command was given.');
  if (first === 'accounts' && others[0] === 'create') {
    expectArguments(others, 1, options);
    // The ID is chosen here, as the payment ID is below, so that a retry cannot create a second account.
    return { name: 'create-account', accountId: `acc_${ulid()}` };
  }
  if (first === 'accounts' && others[0] === 'holds') {
    const [, accountId, holds] = expectArguments(others, others.length > 2 ? 3 : 2, options);
    return { name: 'holds', accountId, ...(holds !== undefined && { holds }) };
  }
  if (first === 'wallet' && others[0] === 'credit') {
    const [, accountId, amount] = expectArguments(others, 3, options, ['payment-id']);
    return { name: 'credit', accountId, amount, paymentId: options['payment-id'] ?? `manual_${ulid()}` };
  }
  const change = first === 'wallet' ? parseWalletCommand(others, options) : undefined;
  if (change !== undefined) return change;
  if (first === 'wallet') return { name: 'wallet', accountId: expectArguments(others, 1, options)[0] };
  if (first === 'usage' && others[0] === 'complete') {
    return { name: 'complete-usage', accountId: expectArguments(others, 2, options)[1] };
  }
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
  throw new UsageError(`Unknown command "${[first, ...others.slice(0, 1)].join(' ').slice(0, 80)}".`);
}
