import { Duration } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct, type IConstruct } from 'constructs';
import { EXPORT_DELIVER_ENV, EXPORT_WRITE_ENV } from '../../lambdas/contracts/deployment/environment';
import { EXPORT_STEPS, EXPORT_WORKFLOW } from '../../lambdas/contracts/workflows/export-workflow';
import type { AccountsTable } from '../accounts/accounts-table';
import type { AuditTable } from '../audit/audit-table';
import type { Config } from '../config';
import { HarmAlarm } from '../constructs/harm-alarm';
import { ServiceFunction } from '../constructs/service-function';
import type { KeysTable } from '../keys/keys-table';
import type { OutboxTable } from '../notifications/outbox-table';
import type { RollUpsTable } from '../usage/roll-ups-table';
import type { UsageTable } from '../usage/usage-table';
import type { WalletTable } from '../wallet/wallet-table';
import { ExportBucket } from './export-bucket';
import { Workflow } from './workflow';

const RETRIED = 'Only the workflow invokes it, which waits for the result, retries a failure and raises an alarm.';

export interface ExportsProps {
  readonly config: Config;
  readonly accounts: AccountsTable;
  readonly keys: KeysTable;
  readonly wallet: WalletTable;
  readonly usage: UsageTable;
  readonly rollUps: RollUpsTable;
  readonly audit: AuditTable;
  readonly outbox: OutboxTable;
  /** Encrypts the files and the log groups. */
  readonly encryptionKey: IKey;
  readonly alarmTopic: ITopic;
}

/** The workflow that writes copies of the data of accounts and people. */
export class Exports extends Construct {
  readonly files: ExportBucket;
  readonly workflow: Workflow;

  constructor(scope: Construct, id: string, props: ExportsProps) {
    super(scope, id);
    const { config, encryptionKey } = props;
    const { stage, logDays } = config;
    this.files = new ExportBucket(this, 'Bucket', { encryptionKey });
    const steps = {
      [EXPORT_STEPS.write]: this.#writeStep(props).function,
      [EXPORT_STEPS.deliver]: this.#deliverStep(props).function,
    };
    this.workflow = new Workflow(this, 'Workflow', {
      definition: EXPORT_WORKFLOW,
      steps,
      stage,
      name: 'export-workflow',
      logDays,
      encryptionKey,
    });
    this.#alarm(props.alarmTopic);
  }

  /** Requests exports, shows their passphrases and signs links to their files. */
  grantRequest(grantee: IGrantable & IConstruct, { accounts, keys }: Pick<ExportsProps, 'accounts' | 'keys'>): void {
    accounts.grants.listExports(grantee);
    keys.grants.keepPassphrases(grantee);
    this.workflow.grantStart(grantee);
    this.files.grantRead(grantee);
  }

  #writeStep(props: ExportsProps): ServiceFunction<typeof EXPORT_WRITE_ENV> {
    const { config, accounts, keys, wallet, usage, rollUps, audit, outbox } = props;
    const write = new ServiceFunction(this, 'Write', {
      entry: 'lambdas/handlers/privacy/export-write.lambda.ts',
      description: 'Writes the next file of an export',
      // Memory decides the share of a processor, and the work is compression and encryption.
      memoryMb: 1_024,
      timeout: Duration.minutes(15),
      logGroupName: `/tollgate/${config.stage}/export-write`,
      logDays: config.logDays,
      encryptionKey: props.encryptionKey,
      losesEventsBecause: RETRIED,
      environmentNames: EXPORT_WRITE_ENV,
      environment: {
        ACCOUNTS_TABLE: accounts.table.tableName,
        KEYS_TABLE: keys.table.tableName,
        WALLET_TABLE: wallet.table.tableName,
        USAGE_TABLE: usage.table.tableName,
        ROLLUPS_TABLE: rollUps.tableName,
        AUDIT_TABLE: audit.table.tableName,
        OUTBOX_TABLE: outbox.table.tableName,
        EXPORT_BUCKET: this.files.bucket.bucketName,
      },
    });
    accounts.grants.exportData(write);
    keys.grants.exportData(write);
    wallet.grants.exportData(write);
    usage.grants.exportData(write);
    rollUps.grants.read(write);
    audit.grants.readForAccounts(write);
    outbox.grants.exportData(write);
    this.files.grantWrite(write);
    return write;
  }

  #deliverStep(props: ExportsProps): ServiceFunction<typeof EXPORT_DELIVER_ENV> {
    const { config, accounts, audit, outbox } = props;
    const { mailFrom } = config.identity;
    const deliver = new ServiceFunction(this, 'Deliver', {
      entry: 'lambdas/handlers/privacy/export-deliver.lambda.ts',
      description: 'Makes an export available, and tells its owner',
      memoryMb: 256,
      timeout: Duration.minutes(1),
      logGroupName: `/tollgate/${config.stage}/export-deliver`,
      logDays: config.logDays,
      encryptionKey: props.encryptionKey,
      losesEventsBecause: RETRIED,
      environmentNames: EXPORT_DELIVER_ENV,
      environment: {
        ACCOUNTS_TABLE: accounts.table.tableName,
        AUDIT_TABLE: audit.table.tableName,
        OUTBOX_TABLE: outbox.table.tableName,
        MAIL_FROM: mailFrom ?? 'none',
      },
    });
    accounts.grants.deliverExports(deliver);
    audit.grants.record(deliver);
    outbox.grants.notify(deliver);
    return deliver;
  }

  #alarm(topic: ITopic): void {
    new HarmAlarm(this, 'ExportFailed', {
      topic,
      metric: this.workflow.metricFailed(),
      alarm: { impact: 'Someone does not get the copy of their data that they asked for' },
    });
  }
}
