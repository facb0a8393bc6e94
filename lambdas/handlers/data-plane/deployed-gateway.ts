import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import { AwsConnections } from '../../adapters/aws-connections';
import { DynamodbStore } from '../../adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../adapters/dynamodb/sdk-transport';
import { BedrockLogging } from '../../adapters/providers/bedrock-logging';
import { UndiciProviderClient } from '../../adapters/providers/undici-provider-client';
import { sdkLimits } from '../../adapters/sdk-limits';
import { CachedSecret } from '../../adapters/secrets/cached-secret';
import { StdoutLog } from '../../adapters/stdout-log';
import { type ProviderSettings, providerSettingsSchema } from '../../contracts/storage/catalog';
import type { Env, WORKLOADS_ENV } from '../../contracts/deployment/environment';
import { holdModeSchema } from '../../contracts/deployment/hold-mode';
import { providerKeysSecretSchema } from '../../contracts/deployment/secrets';
import { LiveCatalog } from '../../domain/catalog/live-catalog';
import { PRICE_LIST } from '../../domain/catalog/price-list';
import { systemClock as clock } from '../../domain/clock';
import { Cancellations } from '../../domain/data-plane/cancellations';
import type { Exchange } from '../../domain/data-plane/exchange';
import { freeLimit } from '../../domain/data-plane/free/serve-free';
import { Gateway } from '../../domain/data-plane/gateway';
import { KnownSpendingRules } from '../../domain/keys/spending/known-spending-rules';
import { Receipts } from '../../domain/receipts/receipts';
import { UsageRecords } from '../../domain/usage/records/usage-records';
import { Wallet } from '../../domain/wallet/wallet';
import type { Entrance } from './entrances';

/**
 * The gateway as it runs in AWS: one per execution environment. Its secrets are fetched once, and again when they are
 * old by the clock, however long the function was frozen in between.
 */
export async function deployedGateway(
  env: Env<typeof WORKLOADS_ENV>,
  entrance: Entrance,
): Promise<Pick<Gateway, 'handle'>> {
  const tableNames = {
    accounts: env.ACCOUNTS_TABLE,
    wallet: env.WALLET_TABLE,
    keys: env.KEYS_TABLE,
    usage: env.USAGE_TABLE,
    catalog: env.CATALOG_TABLE,
  };
  const connections = new AwsConnections({ clock });
  const transport = new SdkTransport({}, connections.agents);
  const store = new DynamodbStore({ transport, tableNames, clock });
  const client = new SecretsManagerClient(sdkLimits(connections));
  const providerKeys = new CachedSecret({
    client,
    arn: env.PROVIDER_KEYS_SECRET,
    schema: providerKeysSecretSchema,
    clock,
  });
  const providers = z.array(providerSettingsSchema).parse(JSON.parse(env.PROVIDERS));
  const log = new StdoutLog(undefined, env.METRICS_NAMESPACE === 'none' ? undefined : env.METRICS_NAMESPACE);
  const [keys, entered] = await Promise.all([providerKeys.get(), entrance({ store, client, clock })]);
  let apiKeys = keys;
  const apiKey = (id: string): string | undefined => apiKeys[id];
  const bedrock = new BedrockLogging({ apiKey, clock, log });
  const base = { list: PRICE_LIST, providers: withKey(providers, apiKeys, log) };
  const gateway = new Gateway({
    wallet: new Wallet({ store, clock, usageRetentionDays: Number(env.USAGE_RETENTION_DAYS) }),
    ...entered,
    spending: new KnownSpendingRules({ store }),
    holds: holdModeSchema.parse(env.HOLDS),
    usage: new UsageRecords({ store }),
    receipts: new Receipts({ store, clock }),
    cancellations: new Cancellations({ store, clock }),
    freeLimit: freeLimit({ store, clock }),
    catalog: await LiveCatalog.open({ ...base, store, clock, log }),
    providers: new UndiciProviderClient({ apiKey, refusal: bedrock.refusal }),
    clock,
    log,
  });
  // The first request need not wait for it, and the log shows at once what is to be switched off.
  await Promise.all(base.providers.map(async (provider) => bedrock.refusal(provider)));
  return {
    handle: (exchange: Exchange) =>
      connections.during(async () => {
        apiKeys = await providerKeys.get();
        return gateway.handle(exchange);
      }),
  };
}

/**
 * The providers that have a key. The models of the others are not served, because every request for them would fail.
 * @throws when no provider has a key, so that a deployment without keys does not start
 */
function withKey(
  providers: readonly ProviderSettings[],
  apiKeys: { readonly [providerId: string]: string },
  log: StdoutLog,
): readonly ProviderSettings[] {
  const usable = providers.filter(({ id }) => apiKeys[id] !== undefined);
  if (usable.length === 0) throw new Error('the provider-keys secret has no key of a configured provider');
  for (const { id } of providers)
    if (apiKeys[id] === undefined) log.warn('PROVIDER_WITHOUT_KEY', { 'gen_ai.provider.name': id });
  return usable;
}
