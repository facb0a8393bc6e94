import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { DataClass } from '../../lambdas/contracts/storage/tables';
import type { LogDays } from '../config';
import { acknowledge } from '../compliance/acknowledgements';
import { classify } from '../compliance/data-class';
import { logProtection } from './log-protection';

const RETENTIONS: Readonly<Record<LogDays, RetentionDays>> = {
  1: RetentionDays.ONE_DAY,
  3: RetentionDays.THREE_DAYS,
  5: RetentionDays.FIVE_DAYS,
  7: RetentionDays.ONE_WEEK,
  14: RetentionDays.TWO_WEEKS,
  30: RetentionDays.ONE_MONTH,
};

/**
 * The beginning of the name of a log group to which another AWS service delivers. CloudWatch Logs has one policy for all
 * groups with this name. For any other group the service adds the name to a policy of at most 5,120 characters, of which
 * a region has ten.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-CloudWatchLogs.html
 */
export const VENDED_LOGS = '/aws/vendedlogs';

export interface ServiceLogGroupProps {
  readonly logGroupName: string;
  /** How long a log line is kept, in days. */
  readonly logDays: LogDays;
  /** Its policy must name this log group; see EncryptionKey. */
  readonly encryptionKey: IKey;
  /** @default 'usage', because lines carry only IDs and counts */
  readonly dataClass?: DataClass;
}

/**
 * An encrypted log group whose lines expire, and in which secrets and addresses are masked, unless it is declared as
 * personal: such a log is there for its addresses. It is deleted with its stack, because it holds no only copy of anything.
 */
export class ServiceLogGroup extends LogGroup {
  constructor(scope: Construct, id: string, props: ServiceLogGroupProps) {
    const { logGroupName, logDays, encryptionKey, dataClass = 'usage' } = props;
    const retention = RETENTIONS[logDays];
    super(scope, id, {
      logGroupName,
      retention,
      encryptionKey,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(dataClass !== 'personal' && { dataProtectionPolicy: logProtection() }),
    });
    classify(this, { dataClass, retention: `each line ${logDays} days` });
    acknowledge(this, {
      decision: 'short-logs',
      rules: ['CT.CLOUDWATCH.PR.2'],
      control:
        'Facts that are needed later are in the ledger, the usage records and the audit log, not in a log group.',
      consequence: 'No log line is kept for a year: erasure is promised within 30 days, so a line is gone by then.',
      test: 'promise-04 every log group expires within 30 days, and every function writes to one of its own',
    });
  }
}
