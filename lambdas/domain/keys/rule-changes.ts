import type { AuditFields } from '../../contracts/storage/audit-event';
import type { KeyRules, StoredRules } from '../../contracts/http/key-rules';
import { impersonalRulesSchema, keyRulesSchema, RULE_NAMES } from '../../contracts/http/key-rules';
import { encodeRules } from './key-item';

/**
 * Rules as they are stored and shown.
 * @returns undefined for rules that allow everything, which count as absent
 * @throws ZodError
 */
export function parseRules(rules: KeyRules = {}): KeyRules | undefined {
  const parsed = keyRulesSchema.parse(rules);
  return encodeRules(parsed) === '{}' ? undefined : parsed;
}

/** The part of the rules that the audit log may keep: of stored rules, those that this release knows. */
export function recordedRules(rules: StoredRules | undefined): Pick<AuditFields, 'rules'> {
  if (rules === undefined) return {};
  const recorded = Object.entries(impersonalRulesSchema.shape).flatMap(([name, schema]) => {
    const value = schema.safeParse((rules as Record<string, unknown>)[name]).data;
    return value === undefined ? [] : [[name, value] as const];
  });
  return { rules: impersonalRulesSchema.parse(Object.fromEntries(recorded)) };
}

/** The names of the rules that differ, including rules whose content is not recorded. */
export const changedRules = (before: StoredRules = {}, after: KeyRules = {}): (keyof KeyRules)[] =>
  RULE_NAMES.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
