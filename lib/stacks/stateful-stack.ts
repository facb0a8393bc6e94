import type { StackProps } from 'aws-cdk-lib';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AccountsTable } from '../accounts/accounts-table';
import { AuditArchive } from '../audit/audit-archive';
import { AuditTable } from '../audit/audit-table';
import { CatalogTable } from '../catalog/catalog-table';
import type { Config } from '../config';
import { ConsoleSite } from '../console/console-site';
import { DeploymentKey } from '../constructs/deployment-key';
import { Identity } from '../identity/identity';
import { KeysTable } from '../keys/keys-table';
import { StripeKeys } from '../payments/stripe-keys';
import { ReceiptKey } from '../receipts/receipt-key';
import { DeploymentSecrets } from '../secrets/deployment-secrets';
import { RollUpsTable } from '../usage/roll-ups-table';
import { StatisticsTable } from '../usage/statistics-table';
import { UsageTable } from '../usage/usage-table';
import { WalletTable } from '../wallet/wallet-table';

export interface StatefulStackProps extends StackProps {
  readonly config: Config;
  /** The region of the edge. @default the region of this stack */
  readonly edgeRegion?: string | undefined;
}

/** Everything that outlives a release: tables, secrets, the keys that encrypt and sign, the user pool, the console's files. */
export class StatefulStack extends Stack {
  readonly encryptionKey: DeploymentKey;
  readonly receiptKey: ReceiptKey;
  readonly accounts: AccountsTable;
  readonly keys: KeysTable;
  readonly wallet: WalletTable;
  readonly usage: UsageTable;
  readonly rollups: RollUpsTable;
  readonly statistics: StatisticsTable;
  readonly audit: AuditTable;
  /** Exists only if the configuration asks for it. */
  readonly auditArchive: AuditArchive | undefined;
  readonly catalog: CatalogTable;
  readonly secrets: DeploymentSecrets;
  /** Exists only if the deployment takes payments. */
  readonly stripeKeys: StripeKeys | undefined;
  readonly identity: Identity;
  readonly console: ConsoleSite;

  constructor(scope: Construct, id: string, props: StatefulStackProps) {
    super(scope, id, { terminationProtection: true, ...props });
    const { config, edgeRegion } = props;
    const { stage, pitrDays, usageDays } = config;
    this.encryptionKey = new DeploymentKey(this, 'Key', { stage });
    this.receiptKey = new ReceiptKey(this, 'ReceiptKey', { stage });
    const { encryptionKey } = this;
    const store = { pitrDays, encryptionKey };

    this.accounts = new AccountsTable(this, 'Accounts', store);
    this.keys = new KeysTable(this, 'Keys', store);
    this.wallet = new WalletTable(this, 'Wallet', store);
    this.usage = new UsageTable(this, 'Usage', { ...store, usageDays });
    this.rollups = new RollUpsTable(this, 'Rollups', { ...store, usageDays });
    this.statistics = new StatisticsTable(this, 'Statistics', store);
    this.audit = new AuditTable(this, 'Audit', store);
    const { archiveDays: days } = config.audit;
    this.auditArchive =
      days === undefined ? undefined : new AuditArchive(this, 'AuditArchive', { days, encryptionKey });
    this.catalog = new CatalogTable(this, 'Catalog', store);

    this.secrets = new DeploymentSecrets(this, 'Secrets', { stage, encryptionKey, edgeRegion });
    this.stripeKeys = config.payments && new StripeKeys(this, 'StripeKeys', { stage, encryptionKey });
    this.identity = new Identity(this, 'Identity', { config });
    this.console = new ConsoleSite(this, 'Console');
    this.#exportEverything();
    this.#addOutputs(config);
  }

  /**
   * Exports whatever the service stack imports in any configuration. CloudFormation refuses to remove an export that a
   * live stack imports, so no export may depend on the configuration or on the code that happens to use it.
   */
  #exportEverything(): void {
    const { encryptionKey, receiptKey, accounts, keys, wallet, usage, audit, catalog, secrets, identity } = this;
    const stores = [accounts, keys, wallet, usage, audit, catalog].map(({ table }) => table);
    for (const value of [
      ...stores.flatMap(({ tableArn, tableName }) => [tableArn, tableName]),
      ...[usage.table, audit.table].map(({ tableStreamArn }) => tableStreamArn),
      ...[secrets.providerKeys, secrets.keyPepper, secrets.origin].map(({ secretArn }) => secretArn),
      ...[encryptionKey, receiptKey.key].map(({ keyArn }) => keyArn),
      identity.userPool.userPoolArn,
      identity.userPool.userPoolId,
      identity.client.userPoolClientId,
    ])
      this.exportValue(value);
    // The archive is optional, so it is imported weakly. Earlier versions imported its bucket by these exports.
    if (!this.auditArchive) return;
    const { bucketArn, bucketName } = this.auditArchive.bucket;
    for (const value of [bucketArn, bucketName]) this.exportValue(value);
  }

  /** Adds what the command line needs (docs/deploy.md). No value is secret, because describing the stack shows it. */
  #addOutputs(config: Config): void {
    const { accounts, keys, wallet, usage, rollups, statistics, audit, catalog, secrets } = this;
    const tables = { Accounts: accounts, Keys: keys, Wallet: wallet, Usage: usage };
    const derived = { Rollups: rollups, Statistics: statistics };
    for (const [name, { table }] of Object.entries({ ...tables, ...derived, Audit: audit, Catalog: catalog })) {
      new CfnOutput(this, `${name}Table`, { value: table.tableName });
    }
    const { providerKeys, keyPepper, origin } = secrets;
    for (const [name, secret] of Object.entries({ ProviderKeys: providerKeys, KeyPepper: keyPepper, Origin: origin })) {
      new CfnOutput(this, `${name}Secret`, { value: secret.secretArn });
    }
    const { userPool, client, signInUrl } = this.identity;
    new CfnOutput(this, 'UserPoolId', { value: userPool.userPoolId });
    new CfnOutput(this, 'UserPoolClientId', { value: client.userPoolClientId });
    new CfnOutput(this, 'SignInUrl', { value: signInUrl });
    new CfnOutput(this, 'UsageDays', { value: String(config.usageDays) });
    // The provider-keys secret must contain a key under each of these IDs.
    new CfnOutput(this, 'Providers', { value: config.providers.map(({ id }) => id).join(',') });
  }
}
