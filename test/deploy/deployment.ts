import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamodbStore } from '../../lambdas/adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../lambdas/adapters/dynamodb/sdk-transport';
import { originSecretSchema } from '../../lambdas/contracts/deployment/secrets';
import type { TableName } from '../../lambdas/contracts/storage/tables';
import { TABLES } from '../../lambdas/contracts/storage/tables';
import { Accounts } from '../../lambdas/domain/accounts/accounts';
import { systemClock as clock } from '../../lambdas/domain/clock';
import { Keys } from '../../lambdas/domain/keys/keys';
import { UsageRecords } from '../../lambdas/domain/usage/records/usage-records';
import { Wallet } from '../../lambdas/domain/wallet/wallet';
import type { Outputs } from './cdk';
import { CREDENTIALS, REGION } from './emulator';

export const USAGE_DAYS = 90;
const SECRETS = ['ProviderKeysSecret', 'KeyPepperSecret', 'OriginSecret'] as const;

export interface TestAccount {
  readonly accountId: string;
  readonly apiKey: string;
}

/** The identity of each store by name. A replaced store has another identity under the same name. */
export type StoreIdentities = Readonly<Record<string, string | undefined>>;

/** The deployment as seen from outside: official clients on the names in the stacks' outputs. */
export class Deployment {
  readonly outputs: Outputs;
  readonly tableNames: Readonly<Record<TableName, string>>;
  readonly store: DynamodbStore;
  readonly accounts: Accounts;
  readonly wallet: Wallet;
  readonly usage: UsageRecords;
  readonly #dynamodb: DynamoDBClient;
  readonly #secrets: SecretsManagerClient;
  readonly #transport: SdkTransport;

  constructor(endpoint: string, outputs: Outputs) {
    const client = { endpoint, region: REGION, credentials: CREDENTIALS };
    this.outputs = outputs;
    this.#dynamodb = new DynamoDBClient(client);
    this.#secrets = new SecretsManagerClient(client);
    this.#transport = new SdkTransport(client);
    // The previous release has no output for a table that this one adds.
    const named = TABLES.flatMap(({ name }) => {
      const tableName = outputs[`${name.replace(/^./, (first) => first.toUpperCase())}Table`];
      return tableName === undefined ? [] : [[name, tableName] as const];
    });
    this.tableNames = Object.fromEntries(named) as Record<TableName, string>;
    const store = new DynamodbStore({ transport: this.#transport, tableNames: this.tableNames, clock });
    this.store = store;
    this.accounts = new Accounts({ store, clock });
    this.wallet = new Wallet({ store, clock, usageRetentionDays: USAGE_DAYS });
    this.usage = new UsageRecords({ store });
  }

  output(name: string): string {
    const value = this.outputs[name];
    if (value === undefined) throw new Error(`No stack has the output ${name}.`);
    return value;
  }

  /** Creates an account with this credit and a key. */
  async newAccount(creditPico: bigint): Promise<TestAccount> {
    const accountId = await this.accounts.create();
    await this.wallet.open(accountId);
    if (creditPico > 0n)
      await this.wallet.credit({ accountId, amountPico: creditPico, paymentId: `first_credit_${accountId}` });
    return { accountId, apiKey: (await (await this.#keys()).create({ accountId })).key };
  }

  /** Creates a key for callers that have assumed a role, and returns its ID. */
  async roleKey(accountId: string, role: string): Promise<string> {
    return (await (await this.#keys()).createForRole({ accountId, role })).keyId;
  }

  async originSecret(): Promise<string> {
    return originSecretSchema.parse(await this.#secret('OriginSecret')).current;
  }

  async storeIdentities(): Promise<StoreIdentities> {
    const tables = Object.values(this.tableNames).map(async (TableName) => {
      const { Table: table } = await this.#dynamodb.send(new DescribeTableCommand({ TableName }));
      return [TableName, table?.TableId] as const;
    });
    const secrets = SECRETS.map(async (name) => {
      const { ARN, VersionIdsToStages } = await this.#secrets.send(
        new DescribeSecretCommand({ SecretId: this.output(name) }),
      );
      return [
        name,
        `${ARN} ${Object.keys(VersionIdsToStages ?? {})
          .sort()
          .join()}`,
      ] as const;
    });
    return Object.fromEntries(await Promise.all([...tables, ...secrets]));
  }

  close(): void {
    this.#transport.close();
    this.#dynamodb.destroy();
    this.#secrets.destroy();
  }

  async #keys(): Promise<Keys> {
    return new Keys({ store: this.store, clock, pepper: await this.#secret('KeyPepperSecret') });
  }

  async #secret(name: (typeof SECRETS)[number]): Promise<string> {
    const { SecretString } = await this.#secrets.send(new GetSecretValueCommand({ SecretId: this.output(name) }));
    if (SecretString === undefined) throw new Error(`The secret ${name} has no string value.`);
    return SecretString;
  }
}
