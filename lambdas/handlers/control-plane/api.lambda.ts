import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import middy from '@middy/core';
import { readEnv } from '../../adapters/read-env';
import { SDK_LIMITS } from '../../adapters/sdk-limits';
import { originSecrets } from '../../adapters/secrets/origin-secrets';
import { API_ENV } from '../../contracts/deployment/environment';
import { systemClock as clock } from '../../domain/clock';
import { openOnce } from '../../domain/open-once';
import { deployedApi } from './deployed-api';
import type { Event } from './api/serve-api';
import { requireEdge } from './require-edge';

const env = readEnv(API_ENV);
const client = new SecretsManagerClient(SDK_LIMITS);
const api = openOnce(() => deployedApi(env, client));

export const handler = middy(async (event: Event) => (await api())(event)).use(
  requireEdge({ originSecrets: originSecrets({ client, arn: env.ORIGIN_SECRET, clock }) }),
);
