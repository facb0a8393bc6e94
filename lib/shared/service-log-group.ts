import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { DataClass } from '../../lambdas/contracts/tables';
import type { LogDays } from '../config';
import { classify } from './data-class';

const RETENTIONS: Readonly<Record<LogDays, RetentionDays>> = {
  1: RetentionDays.ONE_DAY,
  3: RetentionDays.THREE_DAYS,
  5: RetentionDays.FIVE_DAYS,
  7: RetentionDays.ONE_WEEK,
  14: RetentionDays.TWO_WEEKS,
  30: RetentionDays.ONE_MONTH,
};

export interface ServiceLogGroupProps {
  readonly logGroupName: string;
  /** How long a line is kept, in days. */
  readonly logDays: LogDays;
  /** @default 'usage': lines carry ids and counts only */
  readonly dataClass?: DataClass;
}

/** A log group that expires. It goes with its stack: nothing in it is the only copy of anything. */
export class ServiceLogGroup extends LogGroup {
  constructor(scope: Construct, id: string, props: ServiceLogGroupProps) {
    const { logGroupName, logDays, dataClass = 'usage' } = props;
    const retention = RETENTIONS[logDays];
    super(scope, id, { logGroupName, retention, removalPolicy: RemovalPolicy.DESTROY });
    classify(this, { dataClass, retention: `each line ${logDays} days` });
  }
}
