import middy from '@middy/core';
import { readEnv } from '../../adapters/read-env';
import { StdoutLog } from '../../adapters/stdout-log';
import { MAIL_ENV } from '../../contracts/deployment/environment';
import { openAtStart } from '../../domain/open-once';
import { START_WAIT_MS_MAX } from '../start-wait';
import { deployedMail } from './deployed-mail';
import { sweepMail } from './sweep-mail';

const env = readEnv(MAIL_ENV);
const log = new StdoutLog();
const mail = await openAtStart(() => deployedMail(env, log), START_WAIT_MS_MAX);

export const handler = middy(async () => sweepMail({ delivery: await mail(), log })());
