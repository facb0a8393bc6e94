import { type Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Every decision to accept a finding. One decision covers several rules, because the rule packs have different names for
 * the same requirement.
 */
export const DECISIONS = [
  'backup-by-restore-point',
  'console-is-rebuilt',
  'essentials-sign-in',
  'log-delivery-names-no-resource',
  'no-dead-letters',
  'no-network-of-its-own',
  'no-second-record-of-requests',
  'objects-by-pattern',
  'one-region',
  'open-to-callers',
  'operator-rotates-secrets',
  'personal-data-is-not-locked',
  'short-logs',
  'tls-without-domain',
  'unreserved-concurrency',
] as const;
export type Decision = (typeof DECISIONS)[number];

/** Findings of the rule packs that are accepted, and why. */
export interface Acknowledgement {
  readonly decision: Decision;
  /** The names of the accepted rules, such as `AwsSolutions-S1`. */
  readonly rules: readonly string[];
  /** The protection that replaces the rule. A sentence. */
  readonly control: string;
  /** The disadvantage that is accepted. A sentence. */
  readonly consequence: string;
  /** The title of the test that proves the control. @default none: the templates cannot prove it */
  readonly test?: string;
}

/** The name of the plugin with AWS Control Tower's rules; see rule-packs.ts. */
export const CONTROL_TOWER = 'ControlTower';

/** Accepts findings at a construct. Call it beside the resource, so that a reviewer of one sees the other. */
export function acknowledge(construct: IConstruct, ...acknowledgements: readonly Acknowledgement[]): void {
  for (const { decision, rules, control, consequence, test } of acknowledgements) {
    const proof = test === undefined ? '' : ` Test: ${test}`;
    const reason = `${decision}. Control: ${control} Consequence: ${consequence}${proof}`;
    Validations.of(construct).acknowledge(...rules.map((rule) => ({ id: qualified(rule), reason })));
  }
}

// cdk-nag looks for the bare name. For other plugins CDK expects the plugin's name in front.
function qualified(rule: string): string {
  return rule.startsWith('CT.') ? `${CONTROL_TOWER}::${rule}` : rule;
}

/** Renders a value as cdk-nag shows it in the name of a finding. */
export function renderedByNag(stack: Stack, value: string): string {
  const resolved: unknown = stack.resolve(value);
  if (typeof resolved === 'string') return resolved;
  const { 'Fn::Join': joined } = resolved as { readonly 'Fn::Join': readonly [string, readonly unknown[]] };
  const [separator, parts] = joined;
  return parts.map(renderedPart).join(separator);
}

function renderedPart(part: unknown): string {
  if (typeof part === 'string') return part;
  const { Ref, 'Fn::GetAtt': attribute } = part as { readonly Ref?: string; readonly 'Fn::GetAtt'?: readonly string[] };
  if (attribute !== undefined) return `<${attribute.join('.')}>`;
  return Ref === undefined ? JSON.stringify(part) : `<${Ref}>`;
}

/** The names of a rule that the HIPAA and NIST packs share. */
export const inHipaaAndNist = (rule: string): string[] => [`HIPAA.Security-${rule}`, `NIST.800.53.R5-${rule}`];

/** The names of a rule that the HIPAA, NIST and PCI packs share. */
export const inEveryStandard = (rule: string): string[] => [...inHipaaAndNist(rule), `PCI.DSS.321-${rule}`];
