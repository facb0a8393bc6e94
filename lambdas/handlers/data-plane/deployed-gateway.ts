import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import { DynamodbStore } from '../../adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../adapters/dynamodb/sdk-transport';
import { UndiciProviderClient } from '../../adapters/providers/undici-provider-client';
import { AgedSecret } from '../../adapters/secrets/aged-secret';
import { StdoutLog } from '../../adapters/stdout-log';
import { providerSettingsSchema } from '../../contracts/catalog';
import type { Env, PROXY_ENV } from '../../contracts/env';
import { originSecretSchema, pepperSecretSchema, providerKeysSecretSchema } from '../../contracts/secrets';
import { Catalog } from '../../domain/catalog/catalog';
import { PRICE_LIST } from '../../domain/catalog/price-list';
import { systemClock as clock } from '../../domain/clock';
import { Keys } from '../../domain/keys/keys';
import { Cancellations } from '../../domain/proxy/cancellations';
import type { Exchange } from '../../domain/proxy/exchange';
import { Gateway } from '../../domain/proxy/gateway';
import { UsageRecords } from '../../domain/usage/usage-records';
import { Wallet } from '../../domain/wallet/wallet';

/** The gateway as it runs in AWS: one per execution environment, its secrets fetched once and again by age. */
export async function deployedGateway(env: Env<typeof PROXY_ENV>): Promise<Pick<Gateway, 'handle'>> {
  const tableNames = { wallet: env.WALLET_TABLE, keys: env.KEYS_TABLE, usage: env.USAGE_TABLE };
  const store = new DynamodbStore({ transport: new SdkTransport(), tableNames, clock });
  const client = new SecretsManagerClient();
  const providerKeys = new AgedSecret({
    client,
    arn: env.PROVIDER_KEYS_SECRET,
    schema: providerKeysSecretSchema,
    clock,
  });
  const originSecret = new AgedSecret({ client, arn: env.ORIGIN_SECRET, schema: originSecretSchema, clock });
  const pepper = new AgedSecret({ client, arn: env.KEY_PEPPER_SECRET, schema: pepperSecretSchema, clock });
  const providers = z.array(providerSettingsSchema).parse(JSON.parse(env.PROVIDERS));
  let apiKeys = await providerKeys.get();
  const gateway = new Gateway({
    wallet: new Wallet({ store, clock, usageRetentionDays: Number(env.USAGE_RETENTION_DAYS) }),
    keys: new Keys({ store, pepper: await pepper.get(), clock }),
    usage: new UsageRecords({ store }),
    cancellations: new Cancellations({ store, clock }),
    catalog: new Catalog(PRICE_LIST, providers),
    providers: new UndiciProviderClient({ apiKey: (id) => apiKeys[id] }),
    clock,
    log: new StdoutLog(),
    originSecrets: async () => Object.values(await originSecret.get()),
  });
  return {
    handle: async (exchange: Exchange) => {
      apiKeys = await providerKeys.get();
      return gateway.handle(exchange);
    },
  };
}
