import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { type KeyRules, keyRulesSchema } from '../../../lambdas/contracts/http/key-rules';
import { type NewSpendingRules, newSpendingRulesSchema } from '../../../lambdas/contracts/http/spending-rules';
import { cardNumberIn } from '../../../lambdas/domain/payments/card-number';
import { UsageError } from './usage';

/**
 * Reads the rules in this process, because the one that owns the data folder may run in another directory.
 * @throws UsageError when the file cannot be read or its rules are invalid
 */
export const readKeyRules = (file: string): KeyRules => readRules(file, keyRulesSchema);

/** Reads the rules about what an account's requests cost together. @throws UsageError as `readKeyRules` does */
export const readSpendingRulesFile = (file: string): NewSpendingRules => readRules(file, newSpendingRulesSchema);

function readRules<T>(file: string, schema: z.ZodType<T>): T {
  let rules: unknown;
  try {
    rules = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new UsageError(`Cannot read rules from "${file.slice(0, 200)}": it does not exist or is not JSON.`);
  }
  if (cardNumberIn(rules) !== undefined) throw new UsageError('The rules contain a card number: leave it out.');
  const parsed = schema.safeParse(rules);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UsageError(`The rules are invalid: ${[issue?.path.join('.'), issue?.message].filter(Boolean).join(' ')}.`);
}
