import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamodbStore } from '../../adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../adapters/dynamodb/sdk-transport';
import { SDK_LIMITS } from '../../adapters/sdk-limits';
import { StdoutLog } from '../../adapters/stdout-log';
import type { ERASURE_PROCESSOR_ENV, Env } from '../../contracts/deployment/environment';
import type { TableName } from '../../contracts/storage/tables';
import { type Clock, systemClock } from '../../domain/clock';
import { Customers } from '../../domain/payments/customers';
import type { PaymentProcessor } from '../../domain/payments/processor';
import type { TableStore } from '../../domain/table/table-store';
import type { StepDependencies } from '../../domain/privacy/erasure/run-step';
import { deployedProcessor } from '../payments/deployed-processor';

/** The dependencies of every step of an erasure. */
export function stepDependencies(
  tableNames: { readonly [name in TableName]?: string },
  clock: Clock = systemClock,
): StepDependencies {
  return {
    store: new DynamodbStore({ transport: new SdkTransport(), tableNames, clock }),
    clock,
    log: new StdoutLog(),
  };
}

/** The payment processor and the customers of a deployment. @returns undefined if it takes no payments */
export function deployedCustomers(
  env: Omit<Env<typeof ERASURE_PROCESSOR_ENV>, 'ACCOUNTS_TABLE'>,
  store: TableStore,
): { readonly find: Customers['find']; readonly processor: PaymentProcessor } | undefined {
  const deployed = deployedProcessor(env, new SecretsManagerClient(SDK_LIMITS));
  if (deployed === undefined) return undefined;
  const { processor } = deployed;
  const customers = new Customers({ store, processor });
  return { find: (accountId) => customers.find(accountId), processor };
}
