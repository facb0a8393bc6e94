import { readFileSync } from 'node:fs';
import { type KeyRules, keyRulesSchema } from '../../../lambdas/contracts/http/key-rules';
import { UsageError } from './usage';

/** Read where the command is given: the process that owns the data folder may be elsewhere. Throws UsageError. */
export function readKeyRules(file: string): KeyRules {
  let rules: unknown;
  try {
    rules = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new UsageError(`There are no rules in "${file.slice(0, 200)}": no such file, or not JSON.`);
  }
  const parsed = keyRulesSchema.safeParse(rules);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UsageError(`The rules are wrong: ${[issue?.path.join('.'), issue?.message].filter(Boolean).join(' ')}.`);
}
