import { RemovalPolicy } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { DataClass } from '../../lambdas/contracts/tables';
import { classify } from './data-class';

export interface ServiceLogGroupProps {
  readonly logGroupName: string;
  /** How long a line is kept, in days. */
  readonly logDays: number;
  /** @default 'usage': lines carry ids and counts only */
  readonly dataClass?: DataClass;
}

/** A log group that expires. It goes with its stack: nothing in it is the only copy of anything. */
export class ServiceLogGroup extends LogGroup {
  constructor(scope: Construct, id: string, props: ServiceLogGroupProps) {
    const { logGroupName, logDays, dataClass = 'usage' } = props;
    // The enum's members are the numbers of days that the configuration admits.
    const retention: RetentionDays = logDays;
    super(scope, id, { logGroupName, retention, removalPolicy: RemovalPolicy.DESTROY });
    classify(this, { dataClass, retention: `each line ${logDays} days` });
  }
}
