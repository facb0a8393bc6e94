import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { TableSpec } from '../../lambdas/contracts/storage/tables';
import { EXPIRES_AT } from '../../lambdas/contracts/storage/tables';
import { acknowledge, inHipaaAndNist } from '../compliance/acknowledgements';
import { classify } from '../compliance/data-class';

export interface ClassifiedTableProps {
  readonly spec: TableSpec;
  /** When its items end; see Classification. */
  readonly retention: string;
  /** How far back it can be restored, in days; the configuration keeps it at 28 or below. */
  readonly pitrDays: number;
  /** @default the account's AWS-managed key for DynamoDB */
  readonly encryptionKey?: IKey;
}

/**
 * One table of one data class. Always on demand, encrypted, restorable, and never deleted with its stack.
 *
 * A regional table on purpose, not a global one: replicas would carry data to another jurisdiction.
 * Contributor insights stay off, because they publish partition keys as metric dimensions.
 */
export class ClassifiedTable extends Construct {
  readonly table: Table;
  readonly encryptionKey: IKey | undefined;

  constructor(scope: Construct, id: string, props: ClassifiedTableProps) {
    super(scope, id);
    const { spec, encryptionKey } = props;
    this.encryptionKey = encryptionKey;
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      ...(encryptionKey
        ? { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }
        : { encryption: TableEncryption.AWS_MANAGED }),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: props.pitrDays },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      ...(spec.expires && { timeToLiveAttribute: EXPIRES_AT }),
      ...(spec.stream && { stream: StreamViewType.NEW_AND_OLD_IMAGES }),
    });
    classify(this.table, { dataClass: spec.dataClass, retention: props.retention });
    acknowledge(this, {
      decision: 'backup-by-restore-point',
      rules: inHipaaAndNist('DynamoDBInBackupPlan'),
      control:
        'The table can be restored to any second of its window, is never deleted with its stack, and is protected.',
      consequence: 'No copy outside DynamoDB: one would have to be erased within 30 days of an account too.',
      test: 'can be restored for as long as configured, and outlives its stack',
    });
  }
}
