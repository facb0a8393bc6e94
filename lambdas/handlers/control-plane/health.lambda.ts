import middy from '@middy/core';
import { readEnv } from '../../adapters/read-env';
import { HEALTH_ENV } from '../../contracts/env';
import { health } from './health';

const { STAGE } = readEnv(HEALTH_ENV);

export const handler = middy(health({ stage: STAGE }));
