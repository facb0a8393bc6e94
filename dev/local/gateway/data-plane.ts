import { BedrockLogging } from '../../../lambdas/adapters/providers/bedrock-logging';
import { UndiciProviderClient } from '../../../lambdas/adapters/providers/undici-provider-client';
import type { LiveCatalog } from '../../../lambdas/domain/catalog/live-catalog';
import { Cancellations } from '../../../lambdas/domain/data-plane/cancellations';
import { freeLimit } from '../../../lambdas/domain/data-plane/free/serve-free';
import { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { IdempotencyKeys } from '../../../lambdas/domain/data-plane/idempotency/idempotency-keys';
import { byKey } from '../../../lambdas/domain/data-plane/identify-caller';
import { KnownSpendingRules } from '../../../lambdas/domain/keys/spending/known-spending-rules';
import type { Log } from '../../../lambdas/domain/log';
import { derivedSecret, IDEMPOTENCY_KEYS } from '../../../lambdas/domain/secret';
import type { LocalProvider, Settings } from '../settings';
import type { LocalServices } from './local-services';

export interface DataPlaneOptions {
  readonly services: LocalServices;
  readonly catalog: LiveCatalog;
  readonly providers: readonly LocalProvider[];
  readonly log: Log;
  readonly settings: Settings;
}

/** Opens the data plane of a local run, and its connections to providers. */
export function openDataPlane({ services, catalog, providers, log, settings }: DataPlaneOptions) {
  const apiKey = (id: string): string | undefined => keyOf(providers, id);
  const { refusal } = new BedrockLogging({ apiKey, clock: services.clock, log });
  const client = new UndiciProviderClient({ apiKey, refusal });
  const gateway = new Gateway({
    ...services,
    identify: byKey(services.keys),
    spending: new KnownSpendingRules(services),
    catalog,
    cancellations: new Cancellations(services),
    idempotency: new IdempotencyKeys({ ...services, secret: derivedSecret(services.pepper, IDEMPOTENCY_KEYS) }),
    freeLimit: freeLimit(services),
    providers: client,
    log,
    holds: settings.holds,
    browserOrigins: settings.browserOrigins,
  });
  return { gateway, close: () => client.close() };
}

const keyOf = (providers: readonly LocalProvider[], id: string): string | undefined =>
  providers.find((provider) => provider.settings.id === id)?.apiKey;
