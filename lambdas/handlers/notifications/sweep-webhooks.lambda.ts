import middy from '@middy/core';
import { readEnv } from '../../adapters/read-env';
import { StdoutLog } from '../../adapters/stdout-log';
import { WEBHOOKS_ENV } from '../../contracts/deployment/environment';
import { systemClock as clock } from '../../domain/clock';
import { sweepWebhooks } from '../../domain/notifications/webhooks/sweep-webhooks';
import { openAtStart } from '../../domain/open-once';
import { START_WAIT_MS_MAX } from '../start-wait';
import { deployedWebhooks } from './deployed-webhooks';
import { sweepOfWebhooks } from './sweep-webhooks';

const env = readEnv(WEBHOOKS_ENV);
const log = new StdoutLog();
const webhooks = await openAtStart(() => deployedWebhooks(env, log), START_WAIT_MS_MAX);

export const handler = middy(async () => {
  const { delivery, store } = await webhooks();
  await sweepOfWebhooks({ sweep: () => sweepWebhooks({ store, clock, delivery }), log })();
});
