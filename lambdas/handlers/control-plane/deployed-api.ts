import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CognitoTokenVerifier, userPoolIssuer } from '../../adapters/cognito/cognito-token-verifier';
import { DynamodbStore } from '../../adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../adapters/dynamodb/sdk-transport';
import { documentFetcher } from '../../adapters/federation/issuer-documents';
import { OidcTokens } from '../../adapters/federation/oidc-tokens';
import { AgedSecret } from '../../adapters/secrets/aged-secret';
import { StdoutLog } from '../../adapters/stdout-log';
import type { API_ENV, Env } from '../../contracts/env';
import { pepperSecretSchema } from '../../contracts/secrets';
import { systemClock as clock } from '../../domain/clock';
import { apiParts } from './api/api-parts';
import { serveApi } from './api/serve-api';

/** The API as it runs in AWS: one per execution environment. */
export async function deployedApi(
  env: Env<typeof API_ENV>,
  client: SecretsManagerClient,
): Promise<ReturnType<typeof serveApi>> {
  const tableNames = {
    accounts: env.ACCOUNTS_TABLE,
    keys: env.KEYS_TABLE,
    audit: env.AUDIT_TABLE,
    wallet: env.WALLET_TABLE,
    catalog: env.CATALOG_TABLE,
  };
  const store = new DynamodbStore({ transport: new SdkTransport(), tableNames, clock });
  const pepper = new AgedSecret({ client, arn: env.KEY_PEPPER_SECRET, schema: pepperSecretSchema, clock });
  const verifier = new CognitoTokenVerifier({
    issuer: userPoolIssuer(env.USER_POOL_ID),
    clientIds: [env.USER_POOL_CLIENT_ID],
    clock,
  });
  const federatedTokens = new OidcTokens({ fetchDocument: documentFetcher(), clock });
  const providerIds = env.PROVIDER_IDS.split(',');
  const log = new StdoutLog();
  return serveApi(apiParts({ store, clock, log, verifier, federatedTokens, pepper: await pepper.get(), providerIds }));
}
