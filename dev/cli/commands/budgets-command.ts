import { z } from 'zod';
import { newSpendingRulesSchema } from '../../../lambdas/contracts/http/spending-rules';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { Refusal } from '../../../lambdas/domain/errors/refusal';
import { SpendingRulesAdministration } from '../../../lambdas/domain/keys/spending/spending-rules';
import { expectArguments, type Options } from './arguments';
import { type CommandResult, failure, jsonLines } from './command-result';
import type { CommandServices } from './command-services';
import { readSpendingRulesFile } from './rules-file';
import { UsageError } from './usage';

export const BUDGET_COMMANDS = [
  z.strictObject({ name: z.literal('budgets-show'), accountId: z.string() }),
  z.strictObject({ name: z.literal('budgets-set'), accountId: z.string(), rules: newSpendingRulesSchema }),
] as const;

export type BudgetsCommand = z.infer<(typeof BUDGET_COMMANDS)[number]>;

export const isBudgetsCommand = (command: { readonly name: string }): command is BudgetsCommand =>
  command.name.startsWith('budgets-');

/**
 * @param words the words after `budgets`
 * @returns undefined when there is no such command
 * @throws UsageError when its arguments, options or rules are wrong
 */
export function parseBudgetsCommand(words: readonly string[], options: Options): object | undefined {
  const [verb, ...others] = words;
  if (verb === 'set') {
    const [accountId] = expectArguments(others, 1, options, ['rules']);
    if (options.rules === undefined) throw new UsageError('Give the new rules with --rules <file>.');
    return { name: 'budgets-set', accountId, rules: readSpendingRulesFile(options.rules) };
  }
  return verb === 'show' ? { name: 'budgets-show', accountId: expectArguments(others, 1, options)[0] } : undefined;
}

/** Runs a command about the budgets that keys share. */
export async function runBudgetsCommand(
  { store, clock }: CommandServices,
  command: BudgetsCommand,
): Promise<CommandResult> {
  const spending = new SpendingRulesAdministration({ store, clock, audit: new AuditLog({ store, clock }) });
  const { accountId } = command;
  if (command.name === 'budgets-show') return jsonLines([await spending.get(accountId)]);
  try {
    return jsonLines([await spending.set({ accountId, rules: command.rules, actor: DEPLOYMENT })]);
  } catch (error) {
    if (error instanceof Refusal) return failure(error.message);
    throw error;
  }
}
