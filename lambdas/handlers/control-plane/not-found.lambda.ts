import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import middy from '@middy/core';
import { readEnv } from '../../adapters/read-env';
import { SDK_LIMITS } from '../../adapters/sdk-limits';
import { originSecrets } from '../../adapters/secrets/origin-secrets';
import { NOT_FOUND_ENV } from '../../contracts/deployment/environment';
import { systemClock as clock } from '../../domain/clock';
import { openAtStart } from '../../domain/open-once';
import { START_WAIT_MS_MAX } from '../start-wait';
import { notFound } from './not-found';
import { requireEdge } from './require-edge';

const { ORIGIN_SECRET: arn } = readEnv(NOT_FOUND_ENV);

const secrets = originSecrets({ client: new SecretsManagerClient(SDK_LIMITS), arn, clock });
await openAtStart(secrets, START_WAIT_MS_MAX);

export const handler = middy(notFound).use(requireEdge({ originSecrets: secrets }));
