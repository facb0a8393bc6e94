import { Duration } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { WORKLOADS_ENV } from '../../lambdas/contracts/deployment/environment';
import type { Config } from '../config';
import type { ServiceFunctionProps } from '../constructs/service-function';
import type { StatefulStack } from '../stacks/stateful-stack';

type Shared = 'memoryMb' | 'timeout' | 'logDays' | 'encryptionKey' | 'failedInvocations' | 'environment';

/** What every function of the data plane is made with. */
export function gatewayFunctionProps(
  config: Config,
  { wallet, keys, usage, catalog, secrets, encryptionKey }: StatefulStack,
): Pick<ServiceFunctionProps<typeof WORKLOADS_ENV>, Shared> {
  return {
    memoryMb: config.dataPlane.memoryMb,
    // What Lambda allows at most: a hold's deadline lies behind it.
    timeout: Duration.minutes(15),
    logDays: config.logDays,
    encryptionKey,
    failedInvocations: {
      needNoQueueBecause:
        'It is only called over its URL, where the caller gets the error and the sweeper ends the hold.',
    },
    environment: {
      WALLET_TABLE: wallet.table.tableName,
      KEYS_TABLE: keys.table.tableName,
      USAGE_TABLE: usage.table.tableName,
      CATALOG_TABLE: catalog.table.tableName,
      PROVIDER_KEYS_SECRET: secrets.providerKeys.secretArn,
      PROVIDERS: JSON.stringify(config.providers),
      USAGE_RETENTION_DAYS: String(config.usageDays),
    },
  };
}

/** What it takes to serve requests, whoever asks. */
export function grantServing({ keys, wallet, usage, catalog, secrets }: StatefulStack, server: IGrantable): void {
  keys.grants.verify(server);
  keys.grants.count(server);
  wallet.grants.reserve(server);
  wallet.grants.settle(server);
  usage.grants.record(server);
  usage.grants.find(server);
  usage.grants.cancel(server);
  usage.grants.readReceipts(server);
  catalog.grants.serve(server);
  secrets.grants.readProviderKeys(server);
}
