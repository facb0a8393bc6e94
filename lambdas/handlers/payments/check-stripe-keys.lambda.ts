import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import middy from '@middy/core';
import { readEnv } from '../../adapters/read-env';
import { SDK_LIMITS } from '../../adapters/sdk-limits';
import { CachedSecret } from '../../adapters/secrets/cached-secret';
import { STRIPE_KEYS_ENV } from '../../contracts/deployment/environment';
import { stripeKeysSecretSchema } from '../../contracts/deployment/secrets';
import { systemClock as clock } from '../../domain/clock';
import { checkStripeKeys } from './check-stripe-keys';

const { STRIPE_KEYS_SECRET: arn } = readEnv(STRIPE_KEYS_ENV);
const client = new SecretsManagerClient(SDK_LIMITS);

export const handler = middy(
  checkStripeKeys({
    // A new one each time: an operator may have stored the keys since an earlier deployment failed.
    readKeys: () => new CachedSecret({ client, arn, schema: stripeKeysSecretSchema, clock }).get(),
    send: (url, body) => fetch(url, { method: 'PUT', body }),
  }),
);
