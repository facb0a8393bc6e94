import middy from '@middy/core';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { readEnv } from '../../adapters/read-env';
import { StdoutLog } from '../../adapters/stdout-log';
import { runPipelines } from '../../adapters/stream/stream-pipeline';
import { MAIL_ENV } from '../../contracts/deployment/environment';
import { openAtStart } from '../../domain/open-once';
import { START_WAIT_MS_MAX } from '../start-wait';
import { deliver } from './deliver';
import { deployedMail } from './deployed-mail';

const env = readEnv(MAIL_ENV);
const log = new StdoutLog();
const mail = await openAtStart(() => deployedMail(env, log), START_WAIT_MS_MAX);

export const handler = middy(async (event: DynamoDBStreamEvent) =>
  deliver({ delivery: await mail(), runRules: runPipelines, log })(event),
);
