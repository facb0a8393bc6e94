import type { StackProps } from 'aws-cdk-lib';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ACCOUNTS, AUDIT, CATALOG, KEYS, ROLLUPS, USAGE, WALLET } from '../../lambdas/contracts/storage/tables';
import type { TableName, TableSpec } from '../../lambdas/contracts/storage/tables';
import { AccountGrants } from '../accounts/account-grants';
import { AuditArchive, AuditArchiveGrants } from '../audit/audit-archive';
import { CatalogGrants } from '../catalog/catalog-grants';
import type { Config } from '../config';
import { Identity } from '../identity/identity';
import { IdentityGrants } from '../identity/identity-grants';
import { KeyGrants } from '../keys/key-grants';
import { AuditGrants } from '../audit/audit-grants';
import { denyChangesOf } from '../audit/audit-guard';
import { DeploymentKey } from '../constructs/deployment-key';
import { DeploymentSecrets } from '../constructs/deployment-secrets';
import { SecretGrants } from '../constructs/secret-grants';
import { ClassifiedTable } from '../constructs/classified-table';
import { ReceiptKey, ReceiptKeyGrants } from '../receipts/receipt-key';
import { UsageGrants } from '../usage/usage-grants';
import { WalletGrants } from '../wallet/wallet-grants';

export interface StatefulStackProps extends StackProps {
  readonly config: Config;
  /** Where the edge is, when elsewhere. */
  readonly edgeRegion?: string | undefined;
}

/** When the data of each table ends. A table without a line here does not compile. */
function retentions(config: Config): Readonly<Record<TableName, string>> {
  return {
    accounts: 'life of the account + 30 days',
    keys: 'life of the key - minute counters 10 minutes',
    wallet: 'indefinite',
    usage: `each record ${config.usageDays} days`,
    rollups: `live ${config.usageDays} days - anonymised indefinite`,
    audit: 'each record 90 days',
    catalog: 'versioned - indefinite',
  };
}

/** Everything that outlives a release: tables, secrets and their key, the key of receipts, and who people are. */
export class StatefulStack extends Stack {
  readonly encryptionKey: DeploymentKey;
  readonly receiptKey: ReceiptKey & { readonly grants: ReceiptKeyGrants };
  readonly secrets: DeploymentSecrets & { readonly grants: SecretGrants };
  readonly accounts: ClassifiedTable & { readonly grants: AccountGrants };
  readonly keys: ClassifiedTable & { readonly grants: KeyGrants };
  readonly wallet: ClassifiedTable & { readonly grants: WalletGrants };
  readonly usage: ClassifiedTable & { readonly grants: UsageGrants };
  readonly rollups: ClassifiedTable;
  readonly audit: ClassifiedTable & { readonly grants: AuditGrants };
  /** Only where the configuration asks for it. */
  readonly auditArchive: (AuditArchive & { readonly grants: AuditArchiveGrants }) | undefined;
  readonly catalog: ClassifiedTable & { readonly grants: CatalogGrants };
  readonly identity: Identity & { readonly grants: IdentityGrants };

  constructor(scope: Construct, id: string, props: StatefulStackProps) {
    super(scope, id, { terminationProtection: true, ...props });
    const { config, edgeRegion } = props;
    const retention = retentions(config);
    this.encryptionKey = new DeploymentKey(this, 'Key', { stage: config.stage });
    this.receiptKey = withGrants(new ReceiptKey(this, 'ReceiptKey', { stage: config.stage }), ReceiptKeyGrants);
    const table = (tableId: string, spec: TableSpec): ClassifiedTable =>
      new ClassifiedTable(this, tableId, {
        spec,
        retention: retention[spec.name],
        pitrDays: config.pitrDays,
        encryptionKey: this.encryptionKey,
      });

    this.accounts = withGrants(table('Accounts', ACCOUNTS), AccountGrants);
    this.keys = withGrants(table('Keys', KEYS), KeyGrants);
    this.wallet = withGrants(table('Wallet', WALLET), WalletGrants);
    this.usage = withGrants(table('Usage', USAGE), UsageGrants);
    this.rollups = table('Rollups', ROLLUPS);
    this.audit = withGrants(table('Audit', AUDIT), AuditGrants);
    denyChangesOf(this.audit);
    this.auditArchive = this.#createArchive(config);
    this.catalog = withGrants(table('Catalog', CATALOG), CatalogGrants);

    this.secrets = withGrants(
      new DeploymentSecrets(this, 'Secrets', { stage: config.stage, encryptionKey: this.encryptionKey, edgeRegion }),
      SecretGrants,
    );
    this.identity = withGrants(new Identity(this, 'Identity', { config }), IdentityGrants);
    this.#tellNames(config);
  }

  #createArchive({ audit: { archiveDays: days } }: Config): StatefulStack['auditArchive'] {
    if (days === undefined) return undefined;
    const { encryptionKey } = this;
    return withGrants(new AuditArchive(this, 'AuditArchive', { days, encryptionKey }), AuditArchiveGrants);
  }

  /** What an operator's commands need (docs/deploy.md). No secret: whoever may describe the stack reads it. */
  #tellNames(config: Config): void {
    const { accounts, keys, wallet, usage, rollups, audit, catalog, secrets } = this;
    const tables = { Accounts: accounts, Keys: keys, Wallet: wallet, Usage: usage };
    for (const [name, { table }] of Object.entries({ ...tables, Rollups: rollups, Audit: audit, Catalog: catalog })) {
      new CfnOutput(this, `${name}Table`, { value: table.tableName });
    }
    if (this.auditArchive) new CfnOutput(this, 'AuditArchiveBucket', { value: this.auditArchive.bucket.bucketName });
    const { providerKeys, keyPepper, origin } = secrets;
    for (const [name, secret] of Object.entries({ ProviderKeys: providerKeys, KeyPepper: keyPepper, Origin: origin })) {
      new CfnOutput(this, `${name}Secret`, { value: secret.secretArn });
    }
    const { userPool, client, signInUrl } = this.identity;
    new CfnOutput(this, 'UserPoolId', { value: userPool.userPoolId });
    new CfnOutput(this, 'UserPoolClientId', { value: client.userPoolClientId });
    new CfnOutput(this, 'SignInUrl', { value: signInUrl });
    new CfnOutput(this, 'UsageDays', { value: String(config.usageDays) });
    // The ids by which the provider-keys secret must name a key each.
    new CfnOutput(this, 'Providers', { value: config.providers.map(({ id }) => id).join(',') });
  }
}

/** Lets a caller write `wallet.grants.settle(proxy)`. */
function withGrants<Store extends object, Grants>(
  store: Store,
  grants: new (store: Store) => Grants,
): Store & { readonly grants: Grants } {
  return Object.assign(store, { grants: new grants(store) });
}
