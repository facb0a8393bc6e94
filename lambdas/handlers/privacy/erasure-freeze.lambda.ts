import middy from '@middy/core';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CognitoErasableUsers } from '../../adapters/cognito/cognito-erasable-users';
import { CognitoVerifiedEmails } from '../../adapters/cognito/cognito-verified-emails';
import { readEnv } from '../../adapters/read-env';
import { SDK_LIMITS } from '../../adapters/sdk-limits';
import { CachedSecret } from '../../adapters/secrets/cached-secret';
import { ERASURE_FREEZE_ENV } from '../../contracts/deployment/environment';
import { pepperSecretSchema } from '../../contracts/deployment/secrets';
import { Suppressions } from '../../domain/notifications/people/suppressions';
import { derivedSecret, MAIL_SECRETS } from '../../domain/secret';
import { freeze } from '../../domain/privacy/erasure/freeze';
import { stepDependencies } from './deployed-erasure';
import { erasureStep } from './erasure-step';

const env = readEnv(ERASURE_FREEZE_ENV);
const step = stepDependencies({ accounts: env.ACCOUNTS_TABLE, wallet: env.WALLET_TABLE });
const client = new CognitoIdentityProviderClient(SDK_LIMITS);
const pool = { client, userPoolId: env.USER_POOL_ID };
const users = new CognitoErasableUsers(pool);
const emails = new CognitoVerifiedEmails(pool);
const secrets = new SecretsManagerClient(SDK_LIMITS);
const pepper = new CachedSecret({
  client: secrets,
  arn: env.KEY_PEPPER_SECRET,
  schema: pepperSecretSchema,
  clock: step.clock,
});
const suppressions = new Suppressions({
  ...step,
  secret: derivedSecret(await pepper.get(), MAIL_SECRETS.suppressions),
});

export const handler = middy(
  erasureStep(freeze, { ...step, users, emails, hashOf: (address) => suppressions.hashOf(address) }),
);
