import type { AuditFields } from '../../contracts/storage/audit-event';
import type { KeyRules } from '../../contracts/http/key-rules';
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

/** The part of the rules that the audit log may keep. */
export function recordedRules(rules: KeyRules | undefined): Pick<AuditFields, 'rules'> {
  if (rules === undefined) return {};
  const { cidrs: _cidrs, labels: _labels, ...impersonal } = rules;
  return { rules: impersonalRulesSchema.parse(impersonal) };
}

/** The names of the rules that differ, including rules whose content is not recorded. */
export const changedRules = (before: KeyRules = {}, after: KeyRules = {}): (keyof KeyRules)[] =>
  RULE_NAMES.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
