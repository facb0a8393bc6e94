import { ulid } from 'ulid';
import { z } from 'zod';
import { reasonSchema } from '../../../lambdas/contracts/http/payments';
import { paidObjectIdSchema } from '../../../lambdas/contracts/storage/ids';
import { amount, picoOf } from './amount';
import { expectArguments, type Options } from './arguments';
import { UsageError } from './usage';

const CENT = /^\d{1,7}(?:\.\d{1,2})?$/;
const TIME = 'Write the time as in 2027-01-01T00:00:00Z.';

const line = z
  .string()
  .refine((text) => picoOf(text) !== undefined, 'The credit line must be a number of dollars, such as 500 or 0.');
const reason = z
  .string('Say why with --reason <code>, such as goodwill.')
  .refine((code) => reasonSchema.safeParse(code).success, 'The reason must be a code such as goodwill.');
const time = z.iso.datetime(TIME);

/** The IDs are chosen where the command is typed, so that a retry has no further effect. */
const WALLET_COMMANDS = [
  z.strictObject({
    name: z.literal('wallet-grant'),
    accountId: z.string(),
    amount,
    grantId: z.string(),
    reason,
    expires: time.optional(),
  }),
  z.strictObject({ name: z.literal('wallet-line'), accountId: z.string(), line, changeId: z.string() }),
  z.strictObject({
    name: z.literal('wallet-refund'),
    accountId: z.string(),
    paymentId: z.string().regex(/^pi_\w{1,200}$/, 'Invalid payment ID: it must start with pi_.'),
    amount: amount.refine((text) => CENT.test(text), 'The amount must be in whole cents, such as 5 or 5.25.'),
    refundId: z.string(),
  }),
  z.strictObject({
    name: z.literal('wallet-statement'),
    accountId: z.string(),
    month: z.string().regex(/^20\d{2}-(?:0[1-9]|1[0-2])$/, 'Give the month as in 2026-11.'),
    form: z.enum(['json', 'csv', 'html']),
  }),
] as const;

const PAYMENTS_COMMANDS = [
  z.strictObject({ name: z.literal('payments-reconcile'), from: time.optional(), to: time.optional() }),
  z.strictObject({ name: z.literal('payments-exceptions') }),
  z.strictObject({ name: z.literal('payments-resolve'), paymentId: paidObjectIdSchema, code: z.string() }),
] as const;

/** The commands about money as they are sent to the process that owns the data folder. */
export const MONEY_COMMANDS = [...WALLET_COMMANDS, ...PAYMENTS_COMMANDS] as const;

export type WalletCommand = z.infer<(typeof WALLET_COMMANDS)[number]>;
export type PaymentsCommand = z.infer<(typeof PAYMENTS_COMMANDS)[number]>;

export const isWalletCommand = (command: { readonly name: string }): command is WalletCommand =>
  command.name.startsWith('wallet-');

export const isPaymentsCommand = (command: { readonly name: string }): command is PaymentsCommand =>
  command.name.startsWith('payments-');

/**
 * @param words the words after `wallet`
 * @returns undefined when there is no such command
 * @throws UsageError when its arguments or options are wrong
 */
export function parseWalletCommand(words: readonly string[], options: Options): object | undefined {
  const [verb, ...others] = words;
  switch (verb) {
    case 'grant': {
      const [accountId, usd] = expectArguments(others, 2, options, ['reason', 'expires']);
      const { reason: code, expires } = options;
      return { name: 'wallet-grant', accountId, amount: usd, grantId: `grant_${ulid()}`, reason: code, expires };
    }
    case 'line': {
      const [accountId, usd] = expectArguments(others, 2, options);
      return { name: 'wallet-line', accountId, line: usd, changeId: `line_${ulid()}` };
    }
    case 'refund': {
      const [accountId, paymentId, usd] = expectArguments(others, 3, options);
      return { name: 'wallet-refund', accountId, paymentId, amount: usd, refundId: `refund_${ulid()}` };
    }
    case 'statement': {
      const [accountId, month] = expectArguments(others, 2, options, ['csv', 'html']);
      const { csv = false, html = false } = options;
      if (csv && html) throw new UsageError('Give either --csv or --html.');
      return { name: 'wallet-statement', accountId, month, form: csv ? 'csv' : html ? 'html' : 'json' };
    }
    default:
      return undefined;
  }
}

/**
 * @param words the words after `payments`
 * @returns undefined when there is no such command
 * @throws UsageError when its arguments or options are wrong
 */
export function parsePaymentsCommand(words: readonly string[], options: Options): object | undefined {
  const [verb, ...others] = words;
  switch (verb) {
    case 'reconcile':
      expectArguments(others, 0, options, ['from', 'to']);
      return { name: 'payments-reconcile', from: options.from, to: options.to };
    case 'exceptions':
      expectArguments(others, 0, options);
      return { name: 'payments-exceptions' };
    case 'resolve': {
      const [paymentId, code] = expectArguments(others, 2, options);
      return { name: 'payments-resolve', paymentId, code };
    }
    default:
      return undefined;
  }
}
