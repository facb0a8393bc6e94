import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import middy from '@middy/core';
import { readEnv } from '../../adapters/read-env';
import { SDK_LIMITS } from '../../adapters/sdk-limits';
import { originSecrets } from '../../adapters/secrets/origin-secrets';
import { NOT_FOUND_ENV } from '../../contracts/deployment/environment';
import { systemClock as clock } from '../../domain/clock';
import { notFound } from './not-found';
import { requireEdge } from './require-edge';

const { ORIGIN_SECRET: arn } = readEnv(NOT_FOUND_ENV);

export const handler = middy(notFound).use(
  requireEdge({ originSecrets: originSecrets({ client: new SecretsManagerClient(SDK_LIMITS), arn, clock }) }),
);
