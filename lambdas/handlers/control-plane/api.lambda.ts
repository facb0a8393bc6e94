import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import middy from '@middy/core';
import { readEnv } from '../../adapters/read-env';
import { SDK_LIMITS } from '../../adapters/sdk-limits';
import { originSecrets } from '../../adapters/secrets/origin-secrets';
import { API_ENV } from '../../contracts/deployment/environment';
import { systemClock as clock } from '../../domain/clock';
import { openAtStart } from '../../domain/open-once';
import { deployedApi } from './deployed-api';
import type { Event } from './api/serve-api';
import { START_WAIT_MS_MAX } from '../start-wait';
import { requireEdge } from './require-edge';

const env = readEnv(API_ENV);
const client = new SecretsManagerClient(SDK_LIMITS);
const secrets = originSecrets({ client, arn: env.ORIGIN_SECRET, clock });
const [api] = await Promise.all([
  openAtStart(() => deployedApi(env, client), START_WAIT_MS_MAX),
  // Fetched now, so that the first request finds it. It is fetched again when it is old.
  openAtStart(secrets, START_WAIT_MS_MAX),
]);

export const handler = middy(async (event: Event) => (await api())(event)).use(requireEdge({ originSecrets: secrets }));
