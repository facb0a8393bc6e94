import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { S3Client } from '@aws-sdk/client-s3';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { z } from 'zod';
import { CognitoSecondFactors } from '../../adapters/cognito/cognito-second-factors';
import { CognitoTokenVerifier, userPoolIssuer } from '../../adapters/cognito/cognito-token-verifier';
import { CognitoVerifiedEmails } from '../../adapters/cognito/cognito-verified-emails';
import { DynamodbStore } from '../../adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../adapters/dynamodb/sdk-transport';
import { documentFetcher } from '../../adapters/federation/issuer-documents';
import { OidcTokens } from '../../adapters/federation/oidc-tokens';
import { S3ExportLinks } from '../../adapters/s3/s3-export-links';
import { SDK_LIMITS } from '../../adapters/sdk-limits';
import { CachedSecret } from '../../adapters/secrets/cached-secret';
import { StepFunctionsWorkflows } from '../../adapters/workflows/step-functions';
import { StdoutLog } from '../../adapters/stdout-log';
import { ADDRESS_POLICIES } from '../../contracts/deployment/address-policy';
import { erasureSettingsSchema } from '../../contracts/deployment/erasure-settings';
import type { API_ENV, Env } from '../../contracts/deployment/environment';
import { pepperSecretSchema } from '../../contracts/deployment/secrets';
import { systemClock as clock } from '../../domain/clock';
import { deployedPayments } from '../payments/deployed-payments';
import { type ApiOptions, apiDependencies } from './api/api-dependencies';
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
    outbox: env.OUTBOX_TABLE,
    usage: env.USAGE_TABLE,
    rollups: env.ROLLUPS_TABLE,
    statistics: env.STATISTICS_TABLE,
  };
  const store = new DynamodbStore({ transport: new SdkTransport(), tableNames, clock });
  const pepper = new CachedSecret({ client, arn: env.KEY_PEPPER_SECRET, schema: pepperSecretSchema, clock });
  const verifier = new CognitoTokenVerifier({
    issuer: userPoolIssuer(env.USER_POOL_ID),
    clientIds: [env.USER_POOL_CLIENT_ID],
    clock,
  });
  const log = new StdoutLog();
  const { secondFactors, emails, addressBook } = identityDependencies(env);
  const providerIds = env.PROVIDER_IDS.split(',');
  return serveApi(
    apiDependencies({
      store,
      clock,
      log,
      verifier,
      sendsMail: env.MAIL_FROM !== 'none',
      secondFactors,
      emails,
      addressBook,
      providerIds,
      federatedTokens: new OidcTokens({ fetchDocument: documentFetcher(), clock }),
      pepper: await pepper.get(),
      addressPolicy: z.enum(ADDRESS_POLICIES).parse(env.ADDRESS_POLICY),
      // Only the routes of payments need Stripe's keys, so the API starts without them.
      payments: deployedPayments(env, { store, client, log })?.payments,
      ...deployedWorkflows(env),
      publicUrl: env.PUBLIC_URL === 'none' ? undefined : env.PUBLIC_URL,
    }),
  );
}

function deployedWorkflows(env: Env<typeof API_ENV>): Pick<ApiOptions, 'exports' | 'erasures'> {
  const { EXPORT_BUCKET: bucket, EXPORT_MACHINE: exportMachine, ERASURE_MACHINE: erasureMachine } = env;
  const workflows = new StepFunctionsWorkflows({ client: new SFNClient(SDK_LIMITS), exportMachine, erasureMachine });
  return {
    exports: { workflows, links: new S3ExportLinks({ client: new S3Client(SDK_LIMITS), bucket, clock }) },
    erasures: { workflows, settings: erasureSettingsSchema.parse(JSON.parse(env.ERASURE_SETTINGS)) },
  };
}

/** The user pool, and the dependencies that a deployment can be configured without. */
function identityDependencies(env: Env<typeof API_ENV>): Pick<ApiOptions, 'secondFactors' | 'emails' | 'addressBook'> {
  const { OPERATOR_MFA: operatorMfa, USER_POOL_ID: userPoolId } = env;
  const client = new CognitoIdentityProviderClient(SDK_LIMITS);
  const emails = new CognitoVerifiedEmails({ client, userPoolId });
  return {
    emails,
    addressBook: emails,
    // Only the exact word disables the second factor.
    ...(operatorMfa !== 'optional' && { secondFactors: new CognitoSecondFactors({ client, userPoolId, clock }) }),
  };
}
