import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CachedSecret } from '../../adapters/secrets/cached-secret';
import { originSecrets } from '../../adapters/secrets/origin-secrets';
import { readBrowserOrigins } from '../../contracts/deployment/browser-origins';
import type { Env, PROXY_ENV } from '../../contracts/deployment/environment';
import { pepperSecretSchema } from '../../contracts/deployment/secrets';
import type { Clock } from '../../domain/clock';
import { KeyVerifier } from '../../domain/keys/key-verifier';
import { RoleVerifier } from '../../domain/keys/role-verifier';
import type { GatewayDependencies } from '../../domain/data-plane/gateway';
import { IdempotencyKeys } from '../../domain/data-plane/idempotency/idempotency-keys';
import { byKey, byRole } from '../../domain/data-plane/identify-caller';
import { derivedSecret, IDEMPOTENCY_KEYS } from '../../domain/secret';
import type { TableStore } from '../../domain/table/table-store';

interface EntranceDependencies {
  readonly store: TableStore;
  readonly client: SecretsManagerClient;
  readonly clock: Clock;
}

/** The gateway's setup for one kind of caller: how it authenticates, and whether it comes through the edge. */
export type Entrance = (
  dependencies: EntranceDependencies,
) => Promise<Pick<GatewayDependencies, 'identify' | 'originSecrets' | 'idempotency' | 'browserOrigins'>>;

/** The entrance for clients, which come through the edge and send a key. */
export const clientsEntrance =
  (env: Env<typeof PROXY_ENV>): Entrance =>
  async ({ store, client, clock }) => {
    const secret = new CachedSecret({ client, arn: env.KEY_PEPPER_SECRET, schema: pepperSecretSchema, clock });
    const origins = originSecrets({ client, arn: env.ORIGIN_SECRET, clock });
    const [pepper] = await Promise.all([secret.get(), origins()]);
    return {
      identify: byKey(new KeyVerifier({ store, pepper, clock })),
      idempotency: new IdempotencyKeys({ store, clock, secret: derivedSecret(pepper, IDEMPOTENCY_KEYS) }),
      originSecrets: origins,
      browserOrigins: readBrowserOrigins(env.BROWSER_ORIGINS),
    };
  };

/** The entrance for workloads, which call the function itself: AWS has authenticated and authorized them. */
export const workloadsEntrance: Entrance = ({ store, clock }) =>
  Promise.resolve({
    identify: byRole(new RoleVerifier({ store, clock })),
    // This function may read no secret of the deployment, so bodies are not compared here.
    idempotency: new IdempotencyKeys({ store, clock }),
  });
