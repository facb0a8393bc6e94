import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Every decision to live with a finding. One decision answers several rules, because the packs name the same
 * demand each in their own way.
 */
export const DECISIONS = [
  'backup-by-restore-point',
  'console-is-rebuilt',
  'essentials-sign-in',
  'no-dead-letters',
  'no-network-of-its-own',
  'no-second-record-of-requests',
  'objects-by-pattern',
  'one-region',
  'open-to-callers',
  'operator-rotates-secrets',
  'short-logs',
  'tls-without-domain',
  'unreserved-concurrency',
] as const;
export type Decision = (typeof DECISIONS)[number];

/** A finding of a rule pack that stays. */
export interface Acknowledgement {
  readonly decision: Decision;
  /** Those that it answers, `AwsSolutions-S1` for one. */
  readonly rules: readonly string[];
  /** What does the rules' work instead. A sentence. */
  readonly control: string;
  /** What is accepted by it. A sentence. */
  readonly consequence: string;
  /** The test in test/infra that proves the control, by its title. @default the control is no matter of the templates */
  readonly test?: string;
}

/** The plugin that AWS Control Tower's rules come from; see rule-packs.ts. */
export const CONTROL_TOWER = 'ControlTower';

/** Written beside the resource that it is about, so that a reviewer of the one sees the other. */
export function acknowledge(construct: IConstruct, ...acknowledgements: readonly Acknowledgement[]): void {
  for (const { decision, rules, control, consequence, test } of acknowledgements) {
    const proof = test === undefined ? '' : ` Test: ${test}`;
    const reason = `${decision}. Control: ${control} Consequence: ${consequence}${proof}`;
    Validations.of(construct).acknowledge(...rules.map((rule) => ({ id: qualified(rule), reason })));
  }
}

// cdk-nag looks for the bare name; of other plugins CDK itself wants to know whose rule it is.
function qualified(rule: string): string {
  return rule.startsWith('CT.') ? `${CONTROL_TOWER}::${rule}` : rule;
}

/** A rule that HIPAA's pack and NIST's share. */
export const inHipaaAndNist = (rule: string): string[] => [`HIPAA.Security-${rule}`, `NIST.800.53.R5-${rule}`];

/** A rule that HIPAA's, NIST's and PCI's packs share. */
export const inEveryStandard = (rule: string): string[] => [...inHipaaAndNist(rule), `PCI.DSS.321-${rule}`];
