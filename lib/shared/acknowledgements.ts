import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** A finding of cdk-nag that stays. */
export interface Acknowledgement {
  /** The rule, `AwsSolutions-S1` for one. */
  readonly id: string;
  /** What does the rule's work instead. */
  readonly control: string;
  /** What is accepted by it. */
  readonly consequence: string;
}

/** Written beside the resource that it is about, so that a reviewer of the one sees the other. */
export function acknowledge(construct: IConstruct, ...acknowledgements: readonly Acknowledgement[]): void {
  Validations.of(construct).acknowledge(
    ...acknowledgements.map(({ id, control, consequence }) => ({
      id,
      reason: `Control: ${control} Consequence: ${consequence}`,
    })),
  );
}
