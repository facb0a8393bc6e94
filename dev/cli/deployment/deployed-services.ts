import { DynamodbStore } from '../../../lambdas/adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../../lambdas/adapters/dynamodb/sdk-transport';
import type { StoreTransport } from '../../../lambdas/adapters/dynamodb/store-transport';
import { pepperSecretSchema } from '../../../lambdas/contracts/deployment/secrets';
import { Accounts } from '../../../lambdas/domain/accounts/accounts';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { CatalogChanges } from '../../../lambdas/domain/catalog/catalog-changes';
import { PRICE_LIST } from '../../../lambdas/domain/catalog/price-list';
import { Proposals } from '../../../lambdas/domain/catalog/proposals';
import { systemClock as clock } from '../../../lambdas/domain/clock';
import { Keys } from '../../../lambdas/domain/keys/keys';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { UsageRecords } from '../../../lambdas/domain/usage/records/usage-records';
import { Wallet } from '../../../lambdas/domain/wallet/wallet';
import type { AdministeredKeys, CommandServices } from '../commands/command-services';
import type { Deployment } from './deployment';
import type { SecretStore } from './secret-store';

/** Opens the tables of a deployment for commands. */
export function deployedServices(
  deployment: Deployment,
  transport: StoreTransport,
  secrets: SecretStore,
): CommandServices {
  const { tableNames, usageRetentionDays, keyPepperSecret, providerIds } = deployment;
  const store = new DynamodbStore({ transport, tableNames, clock });
  const catalog = { store, clock, audit: new AuditLog({ store, clock }), compiled: PRICE_LIST };
  return {
    store,
    wallet: new Wallet({ store, clock, usageRetentionDays }),
    keys: new DeployedKeys(store, () => secrets.read(keyPepperSecret)),
    accounts: new Accounts({ store, clock }),
    usage: new UsageRecords({ store }),
    catalog: new CatalogChanges({ ...catalog, providerIds }),
    proposals: new Proposals(catalog),
    compiled: PRICE_LIST,
    clock,
    usageRetentionDays,
  };
}

export const openTransport = (region: string | undefined): SdkTransport =>
  new SdkTransport(region === undefined ? {} : { region });

/** Reads the pepper only when a command works on keys, so that reading a wallet needs no access to a secret. */
class DeployedKeys implements AdministeredKeys {
  readonly #store: TableStore;
  readonly #readPepper: () => Promise<string>;

  constructor(store: TableStore, readPepper: () => Promise<string>) {
    this.#store = store;
    this.#readPepper = readPepper;
  }

  async create(request: Parameters<Keys['create']>[0]): ReturnType<Keys['create']> {
    return (await this.#keys()).create(request);
  }

  async createForRole(request: Parameters<Keys['createForRole']>[0]): ReturnType<Keys['createForRole']> {
    return (await this.#keys()).createForRole(request);
  }

  async get(accountId: string, keyId: string): ReturnType<Keys['get']> {
    return (await this.#keys()).get(accountId, keyId);
  }

  async list(accountId: string): ReturnType<Keys['list']> {
    return (await this.#keys()).list(accountId);
  }

  async changeRules(request: Parameters<Keys['changeRules']>[0]): ReturnType<Keys['changeRules']> {
    return (await this.#keys()).changeRules(request);
  }

  async rotate(request: Parameters<Keys['rotate']>[0]): ReturnType<Keys['rotate']> {
    return (await this.#keys()).rotate(request);
  }

  async revoke(...revoked: Parameters<Keys['revoke']>): ReturnType<Keys['revoke']> {
    await (await this.#keys()).revoke(...revoked);
  }

  async #keys(): Promise<Keys> {
    const pepper = pepperSecretSchema.safeParse(await this.#readPepper());
    if (!pepper.success) throw new Error('The key pepper secret is empty or malformed.');
    const audit = new AuditLog({ store: this.#store, clock });
    return new Keys({ store: this.#store, pepper: pepper.data, clock, audit });
  }
}
