import middy from '@middy/core';
import { readEnv } from '../../adapters/read-env';
import { HEALTH_ENV } from '../../contracts/deployment/environment';
import { health } from './health';

const { STAGE } = readEnv(HEALTH_ENV);

export const handler = middy(health({ stage: STAGE }));
