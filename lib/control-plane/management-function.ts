import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { API_ENV } from '../../lambdas/contracts/deployment/environment';
import type { AccountsTable } from '../accounts/accounts-table';
import type { AuditTable } from '../audit/audit-table';
import type { CatalogTable } from '../catalog/catalog-table';
import type { Config } from '../config';
import { reservedFor } from '../constructs/concurrency';
import { ServiceFunction } from '../constructs/service-function';
import type { Identity } from '../identity/identity';
import { consoleUrlOf } from '../identity/identity-config';
import type { KeysTable } from '../keys/keys-table';
import type { OutboxTable } from '../notifications/outbox-table';
import { paymentsEnvironment } from '../payments/payments-environment';
import type { StripeKeys } from '../payments/stripe-keys';
import type { Erasures } from '../privacy/erasures';
import type { Exports } from '../privacy/exports';
import type { ServiceSecret } from '../secrets/service-secret';
import type { RollUpsTable } from '../usage/roll-ups-table';
import type { StatisticsTable } from '../usage/statistics-table';
import type { UsageTable } from '../usage/usage-table';
import type { WalletTable } from '../wallet/wallet-table';

/** Why a function that only the API invokes may lose the event of a failed invocation. */
export const API_REPORTS_ERRORS = 'Only the API invokes it; the API returns the error to the caller.';

export interface ManagementFunctionProps {
  readonly config: Config;
  readonly accounts: AccountsTable;
  readonly keys: KeysTable;
  readonly audit: AuditTable;
  /** Opened with an account, suspended and resumed with it. */
  readonly wallet: WalletTable;
  readonly catalog: CatalogTable;
  /** Shown to members: their account's requests, with receipts. */
  readonly usage: UsageTable;
  readonly rollUps: RollUpsTable;
  /** Shown to operators. */
  readonly statistics: StatisticsTable;
  /** Receives a message about each action that people and webhooks are told about, and has the log of deliveries. */
  readonly outbox: OutboxTable;
  /** The pepper of the keys' verifiers. */
  readonly keyPepper: ServiceSecret;
  /** Proves that a request came through the edge. */
  readonly originSecret: ServiceSecret;
  /** Issues the access tokens that the function verifies. */
  readonly identity: Identity;
  /** With it, accounts can buy credit. @default none: the deployment takes no payments */
  readonly stripeKeys: StripeKeys | undefined;
  readonly exports: Exports;
  readonly erasures: Erasures;
  /** Encrypts the log group. */
  readonly encryptionKey: IKey;
}

/**
 * Serves the management API. It verifies access tokens itself, because API Gateway would accept ID tokens too and answer
 * errors in its own format: docs/adr/0016-a-function-takes-the-token-itself.md.
 */
export class ManagementFunction extends ServiceFunction<typeof API_ENV> {
  constructor(scope: Construct, id: string, props: ManagementFunctionProps) {
    const { config, accounts, keys, audit, wallet, catalog, usage, rollUps, outbox, keyPepper, originSecret } = props;
    const { identity } = props;
    const { mailFrom, operatorMfa } = config.identity;
    super(scope, id, {
      entry: 'lambdas/handlers/control-plane/api.lambda.ts',
      description: 'Accounts, people, keys, the catalog and the audit log, for people who have signed in',
      memoryMb: 512,
      // One second less than API Gateway waits.
      timeout: Duration.seconds(29),
      logGroupName: `/tollgate/${config.stage}/control-plane`,
      logDays: config.logDays,
      encryptionKey: props.encryptionKey,
      losesEventsBecause: API_REPORTS_ERRORS,
      reservedConcurrency: reservedFor('management', config),
      environmentNames: API_ENV,
      environment: {
        ...paymentsEnvironment(scope, props),
        KEYS_TABLE: keys.table.tableName,
        AUDIT_TABLE: audit.table.tableName,
        CATALOG_TABLE: catalog.table.tableName,
        USAGE_TABLE: usage.table.tableName,
        ROLLUPS_TABLE: rollUps.tableName,
        STATISTICS_TABLE: props.statistics.tableName,
        OUTBOX_TABLE: outbox.table.tableName,
        KEY_PEPPER_SECRET: keyPepper.secretArn,
        ORIGIN_SECRET: originSecret.secretArn,
        USER_POOL_ID: identity.userPool.userPoolId,
        USER_POOL_CLIENT_ID: identity.client.userPoolClientId,
        PROVIDER_IDS: config.providers.map((provider) => provider.id).join(','),
        MAIL_FROM: mailFrom ?? 'none',
        OPERATOR_MFA: operatorMfa,
        ADDRESS_POLICY: config.addresses,
        PUBLIC_URL: consoleUrlOf(config) ?? 'none',
        EXPORT_BUCKET: props.exports.files.bucket.bucketName,
        EXPORT_MACHINE: props.exports.workflow.machine.attrArn,
        ERASURE_MACHINE: props.erasures.workflow.machine.attrArn,
        ERASURE_SETTINGS: JSON.stringify(config.erasure),
      },
    });
    accounts.grants.administer(this);
    keys.grants.administer(this);
    audit.grants.record(this);
    audit.grants.read(this);
    wallet.grants.open(this);
    wallet.grants.suspend(this);
    catalog.grants.administer(this);
    keyPepper.grants.read(this);
    originSecret.grants.read(this);
    identity.grants.readEmails(this);
    if (operatorMfa === 'required') identity.grants.readFactors(this);
    const messages = this.addPolicy('MessagesPolicy');
    outbox.grants.notify(messages);
    outbox.grants.askForDeliveries(messages);
    this.#grantMoney(props);
    this.#grantPrivacy(props);
    this.#grantUsage(props);
  }

  #grantPrivacy(props: ManagementFunctionProps): void {
    const { accounts } = props;
    const privacy = this.addPolicy('PrivacyPolicy');
    props.exports.grantRequest(privacy, props);
    props.erasures.grantRequest(privacy);
    accounts.grants.restrict(privacy);
    accounts.grants.listThreads(privacy);
    accounts.grants.takeChildReports(privacy);
  }

  #grantUsage({ keys, usage, rollUps, statistics }: ManagementFunctionProps): void {
    const reports = this.addPolicy('UsagePolicy');
    keys.grants.changeSpendingRules(reports);
    usage.grants.find(reports);
    usage.grants.listRecords(reports);
    usage.grants.findReceipts(reports);
    rollUps.grants.read(reports);
    statistics.grants.read(reports);
  }

  #grantMoney({ accounts, wallet, stripeKeys }: ManagementFunctionProps): void {
    const money = this.addPolicy('MoneyPolicy');
    wallet.grants.grantCredit(money);
    wallet.grants.lend(money);
    wallet.grants.manageCoupons(money);
    wallet.grants.readEntries(money);
    accounts.grants.setLowBalances(money);
    if (stripeKeys === undefined) return;
    wallet.grants.beginRefunds(money);
    // Turning on an automatic top-up charges an account that is low.
    wallet.grants.book(money);
    wallet.grants.resolveExceptions(money);
    accounts.grants.setTopUps(money);
    accounts.grants.updateCustomers(money);
    stripeKeys.grants.read(money);
  }
}
