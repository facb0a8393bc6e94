import { Duration } from 'aws-cdk-lib';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { WORKLOADS_ENV } from '../../lambdas/contracts/deployment/environment';
import type { AccountsTable } from '../accounts/accounts-table';
import type { CatalogTable } from '../catalog/catalog-table';
import type { Config } from '../config';
import type { ServiceFunctionProps } from '../constructs/service-function';
import type { KeysTable } from '../keys/keys-table';
import type { ServiceSecret } from '../secrets/service-secret';
import type { UsageTable } from '../usage/usage-table';
import type { WalletTable } from '../wallet/wallet-table';

/** The stores that every function of the data plane uses. */
export interface GatewayStores {
  /** Holds the verifiers of keys, and the counters of their limits. */
  readonly keys: KeysTable;
  /** Says whether the processing of an account's or a person's data is restricted. */
  readonly accounts: AccountsTable;
  /** Pays for requests. */
  readonly wallet: WalletTable;
  /** Receives usage records and cancellations; receipts are read from it. */
  readonly usage: UsageTable;
  /** Names models, routes and prices. */
  readonly catalog: CatalogTable;
  /** The providers' own API keys. */
  readonly providerKeys: ServiceSecret;
}

export interface GatewayFunctionProps extends GatewayStores {
  readonly config: Config;
  /** Encrypts the log group. */
  readonly encryptionKey: IKey;
}

type SharedProps =
  'memoryMb' | 'timeout' | 'logDays' | 'logsReports' | 'encryptionKey' | 'losesEventsBecause' | 'environment';

/** The properties that the functions of the data plane share. */
export function gatewayFunctionProps(
  props: GatewayFunctionProps,
): Pick<ServiceFunctionProps<typeof WORKLOADS_ENV>, SharedProps> {
  const { config, encryptionKey, accounts, wallet, keys, usage, catalog, providerKeys } = props;
  return {
    memoryMb: config.dataPlane.memoryMb,
    // The most that Lambda allows. The deadline of a hold is later.
    timeout: Duration.minutes(15),
    logDays: config.logDays,
    // The alarm memory-nearly-used reads them.
    logsReports: true,
    encryptionKey,
    losesEventsBecause:
      'Only its URL invokes it; the caller gets the error, and the sweeper ends the hold of the request.',
    environment: {
      ACCOUNTS_TABLE: accounts.table.tableName,
      WALLET_TABLE: wallet.table.tableName,
      KEYS_TABLE: keys.table.tableName,
      USAGE_TABLE: usage.table.tableName,
      CATALOG_TABLE: catalog.table.tableName,
      PROVIDER_KEYS_SECRET: providerKeys.secretArn,
      PROVIDERS: JSON.stringify(config.providers),
      USAGE_RETENTION_DAYS: String(config.usageDays),
      HOLDS: config.dataPlane.holds,
      // A name of its own for each deployment, so that two in one AWS account do not add up each other's requests.
      METRICS_NAMESPACE: config.dataPlane.metrics ? `Tollgate/${config.stage}` : 'none',
    },
  };
}

/** Grants what serving a request takes, whichever way the caller is authenticated. */
export function grantServing(
  { accounts, keys, wallet, usage, catalog, providerKeys }: GatewayStores,
  server: IGrantable,
): Grant {
  return keys.grants
    .verify(server)
    .combine(accounts.grants.findRestrictions(server))
    .combine(keys.grants.count(server))
    .combine(keys.grants.readSpendingRules(server))
    .combine(wallet.grants.reserve(server))
    .combine(wallet.grants.settle(server))
    .combine(usage.grants.record(server))
    .combine(usage.grants.find(server))
    .combine(usage.grants.cancel(server))
    .combine(usage.grants.claimKeys(server))
    .combine(usage.grants.readReceipts(server))
    .combine(catalog.grants.serve(server))
    .combine(providerKeys.grants.read(server));
}
