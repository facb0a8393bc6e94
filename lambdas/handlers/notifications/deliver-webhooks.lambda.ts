import middy from '@middy/core';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { readEnv } from '../../adapters/read-env';
import { StdoutLog } from '../../adapters/stdout-log';
import { runPipelines } from '../../adapters/stream/stream-pipeline';
import { WEBHOOKS_ENV } from '../../contracts/deployment/environment';
import { openAtStart } from '../../domain/open-once';
import { START_WAIT_MS_MAX } from '../start-wait';
import { deliverWebhooks } from './deliver-webhooks';
import { deployedWebhooks } from './deployed-webhooks';

const env = readEnv(WEBHOOKS_ENV);
const log = new StdoutLog();
const webhooks = await openAtStart(() => deployedWebhooks(env, log), START_WAIT_MS_MAX);

export const handler = middy(async (event: DynamoDBStreamEvent) =>
  deliverWebhooks({ delivery: (await webhooks()).delivery, runRules: runPipelines, log })(event),
);
