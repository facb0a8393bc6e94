import { CfnOutput, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { TableSpec } from '../../lambdas/contracts/storage/tables';
import { EXPIRES_AT } from '../../lambdas/contracts/storage/tables';
import { acknowledge, inHipaaAndNist } from '../compliance/acknowledgements';
import { classify } from '../compliance/data-class';

/** The properties that all tables of a deployment share. */
export interface StoreProps {
  /** How far back the table can be restored, in days; the configuration allows at most 28. */
  readonly pitrDays: number;
  /** @default the account's AWS-managed key for DynamoDB */
  readonly encryptionKey?: IKey;
}

export interface ClassifiedTableProps extends StoreProps {
  readonly spec: TableSpec;
  /** When the table's items end; see Classification. */
  readonly retention: string;
  /**
   * The output through which other stacks read the ARN of the stream. No import then keeps an earlier release, which
   * does not export it, from being deployed again. @default they import it
   */
  readonly streamOutput?: string;
  /**
   * The output, which the stack has, through which other stacks read the name of the table, for the same reason.
   * @default they import it
   */
  readonly nameOutput?: string;
}

/**
 * One table of one data class. It is always on demand, encrypted, restorable, and kept when its stack is deleted.
 *
 * It is a regional table on purpose: the replicas of a global one would carry data into another jurisdiction.
 * Contributor insights stay off because they publish partition keys as metric dimensions.
 */
export class ClassifiedTable extends Construct {
  readonly table: Table;
  /** The name for other stacks. */
  readonly tableName: string;
  /** The ARN for other stacks. */
  readonly tableArn: string;
  /** The stream for other stacks. Undefined if the table has none. */
  readonly streamArn: string | undefined;
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
    this.tableName = props.nameOutput === undefined ? this.table.tableName : this.#read(props.nameOutput);
    this.tableArn = props.nameOutput === undefined ? this.table.tableArn : this.#arnOf(this.tableName);
    this.streamArn = this.#streamFor(props.streamOutput);
    classify(this.table, { dataClass: spec.dataClass, retention: props.retention });
    acknowledge(this, {
      decision: 'backup-by-restore-point',
      rules: inHipaaAndNist('DynamoDBInBackupPlan'),
      control:
        'The table can be restored to any second of its window, is kept when its stack is deleted, and is protected against deletion.',
      consequence: 'There is no copy outside DynamoDB; erasing an account within 30 days would have to reach it too.',
      test: 'promise-09 a table can be restored for as long as configured, and outlives its stack',
    });
  }

  #streamFor(output: string | undefined): string | undefined {
    const { tableStreamArn } = this.table;
    if (output === undefined || tableStreamArn === undefined) return tableStreamArn;
    new CfnOutput(Stack.of(this), output, { value: tableStreamArn });
    return this.#read(output);
  }

  #read(output: string): string {
    return Fn.getStackOutput(Stack.of(this).stackName, output);
  }

  #arnOf(tableName: string): string {
    return Stack.of(this).formatArn({ service: 'dynamodb', resource: 'table', resourceName: tableName });
  }
}
