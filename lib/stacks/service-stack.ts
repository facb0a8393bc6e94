import type { StackProps } from 'aws-cdk-lib';
import { CfnOutput, Fn, Stack } from 'aws-cdk-lib';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { Archiver } from '../audit/archiver';
import type { Config } from '../config';
import { AlarmTopic } from '../constructs/alarm-topic';
import { TableAlarms } from '../constructs/table-alarms';
import { ControlPlane } from '../control-plane/control-plane';
import { DataPlane } from '../data-plane/data-plane';
import { Notifications, type NotificationsProps } from '../notifications/notifications';
import { OutboxTable } from '../notifications/outbox-table';
import { Webhooks } from '../notifications/webhooks';
import { Arrears, type ArrearsProps } from '../payments/arrears';
import { PaymentJobs, type PaymentJobsProps } from '../payments/payment-jobs';
import { Payments, type PaymentsProps } from '../payments/payments';
import { Erasures } from '../privacy/erasures';
import { Exports } from '../privacy/exports';
import { ReceiptAlarms } from '../receipts/receipt-alarms';
import { Receipts } from '../receipts/receipts';
import { RetentionCheck, type RetentionCheckProps } from '../usage/retention-check';
import { SpendWatch, type SpendWatchProps } from '../usage/spend-watch';
import { Statistics, type StatisticsProps } from '../usage/statistics';
import { Sweeper } from '../wallet/sweeper';
import { WalletAlarms } from '../wallet/wallet-alarms';
import type { StatefulStack } from './stateful-stack';

/** The outputs with the bare host names of the planes, for an edge in another region. */
export const HOST_OUTPUTS = { dataPlane: 'DataPlaneHost', controlPlane: 'ControlPlaneHost' } as const;

export interface ServiceStackProps extends StackProps {
  readonly config: Config;
  /** Owns the stores, the secrets and the keys that the functions use. */
  readonly stateful: StatefulStack;
}

/** Everything that runs: the two planes, the sweeper, the pipelines behind the tables' streams, and their alarms. */
export class ServiceStack extends Stack {
  readonly dataPlane: DataPlane;
  readonly controlPlane: ControlPlane;

  constructor(scope: Construct, id: string, props: ServiceStackProps) {
    super(scope, id, props);
    const { config, stateful } = props;
    const { accounts, keys, wallet, usage, audit, catalog, identity, receiptKey, encryptionKey } = stateful;
    const { rollups: rollUps, statistics, auditArchive: archive, stripeKeys } = stateful;
    const { providerKeys, keyPepper, origin: originSecret } = stateful.secrets;
    const topic = new AlarmTopic(this, 'Alarms', { encryptionKey, email: config.alarmEmail });
    const shared = { config, encryptionKey, alarmTopic: topic };

    this.dataPlane = new DataPlane(this, 'DataPlane', {
      ...shared,
      accounts,
      keys,
      wallet,
      usage,
      catalog,
      providerKeys,
      keyPepper,
      originSecret,
    });
    const { proxy, workloads } = this.dataPlane;
    const { sweep } = new Sweeper(this, 'Sweeper', { config, encryptionKey, wallet, keys, usage });
    new WalletAlarms(this, 'WalletAlarms', { proxy, workloads, sweep, topic });
    const tables = { wallet: wallet.table, usage: usage.table, keys: keys.table, accounts: accounts.table };
    new TableAlarms(this, 'TableAlarms', { tables: { ...tables, catalog: catalog.table }, topic });
    const { collect, seal } = new Receipts(this, 'Receipts', { ...shared, usage, receiptKey });
    new ReceiptAlarms(this, 'ReceiptAlarms', { collect, seal: seal.function, topic });
    const outbox = new OutboxTable(this, 'Outbox', { pitrDays: config.pitrDays, encryptionKey });
    this.#addUsage({ ...shared, usage, rollUps, statistics, keys, accounts, audit, outbox });
    if (archive) new Archiver(this, 'AuditArchive', { ...shared, audit, archive });
    new Webhooks(this, 'Webhooks', { ...shared, outbox, accounts, audit, keyPepper });
    const mailLogs = this.#addNotifications({ ...shared, outbox, accounts, keys, keyPepper, identity, stripeKeys });
    const stores = { accounts, keys, wallet, usage, rollUps, audit, outbox };
    const people = { identity, keyPepper, stripeKeys };
    const exports = new Exports(this, 'Exports', { ...shared, ...stores });
    const { files } = exports;
    const erasures = new Erasures(this, 'Erasures', { ...shared, ...stores, ...people, files, receiptKey });
    this.controlPlane = new ControlPlane(this, 'ControlPlane', {
      ...shared,
      ...stores,
      ...people,
      catalog,
      statistics,
      exports,
      erasures,
      mailLogs,
      originSecret,
    });
    this.#addPayments({ ...shared, accounts, wallet, outbox, audit, stripeKeys, originSecret });
    // Only an edge in the same region imports them, and an export may not depend on the configuration.
    for (const url of [this.dataPlane.url.url, this.controlPlane.api.apiEndpoint]) this.exportValue(url);
    new CfnOutput(this, 'OutboxTable', { value: outbox.table.tableName });
    new CfnOutput(this, 'ExportMachine', { value: exports.workflow.machine.attrArn });
    new CfnOutput(this, 'ErasureSettings', { value: JSON.stringify(config.erasure) });
    new CfnOutput(this, 'ErasureMachine', { value: erasures.workflow.machine.attrArn });
    this.#addOutputs();
  }

  /** Adds what works on usage records after their requests, besides receipts. */
  #addUsage(props: SpendWatchProps & StatisticsProps & RetentionCheckProps): void {
    new SpendWatch(this, 'SpendWatch', props);
    new Statistics(this, 'Statistics', props);
    new RetentionCheck(this, 'RetentionCheck', props);
  }

  /** @returns the logs of the functions that send mails; undefined if the deployment has no address to send from */
  #addNotifications(props: Omit<NotificationsProps, 'mailFrom'>): Readonly<Record<string, ILogGroup>> | undefined {
    const { mailFrom } = props.config.identity;
    if (mailFrom === undefined) return undefined;
    const { deliver, sweep } = new Notifications(this, 'Notifications', { ...props, mailFrom }).delivery;
    return { Deliver: deliver.logGroup, Sweep: sweep.logGroup };
  }

  #addPayments(props: PaymentJobsProps & ArrearsProps & Pick<PaymentsProps, 'originSecret'>): void {
    const { jobs } = new PaymentJobs(this, 'PaymentJobs', props);
    new Arrears(this, 'Arrears', props);
    const { stripeKeys } = props;
    const { api, management } = this.controlPlane;
    if (stripeKeys) new Payments(this, 'Payments', { ...props, stripeKeys, jobs, api, management });
  }

  #addOutputs(): void {
    const { url, workloads, workloadsUrl } = this.dataPlane;
    // The edge forwards to it. Clients use the edge's address: the data plane refuses requests without the origin secret.
    new CfnOutput(this, 'DataPlaneUrl', { value: url.url });
    // Workloads in AWS call it. Lambda refuses requests that are not signed or not allowed.
    new CfnOutput(this, 'WorkloadsUrl', { value: workloadsUrl.url });
    new CfnOutput(this, 'WorkloadsFunction', { value: workloads.function.functionArn });
    new CfnOutput(this, 'ControlPlaneUrl', { value: this.controlPlane.api.apiEndpoint });
    new CfnOutput(this, HOST_OUTPUTS.dataPlane, { value: hostOf(url.url) });
    new CfnOutput(this, HOST_OUTPUTS.controlPlane, { value: hostOf(this.controlPlane.api.apiEndpoint) });
  }
}

/** Extracts the host with CloudFormation functions, because the URL is known only during the deployment. */
export const hostOf = (url: string): string => Fn.select(2, Fn.split('/', url));
