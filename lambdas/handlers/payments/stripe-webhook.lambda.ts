import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import middy from '@middy/core';
import { readEnv } from '../../adapters/read-env';
import { SDK_LIMITS } from '../../adapters/sdk-limits';
import { originSecrets } from '../../adapters/secrets/origin-secrets';
import { StdoutLog } from '../../adapters/stdout-log';
import { STRIPE_WEBHOOK_ENV } from '../../contracts/deployment/environment';
import { systemClock as clock } from '../../domain/clock';
import { openAtStart } from '../../domain/open-once';
import { requireEdge } from '../control-plane/require-edge';
import { START_WAIT_MS_MAX } from '../start-wait';
import { openPayments } from './deployed-payments';
import { stripeWebhook } from './stripe-webhook';

const env = readEnv(STRIPE_WEBHOOK_ENV);
const log = new StdoutLog();
const edge = originSecrets({ client: new SecretsManagerClient(SDK_LIMITS), arn: env.ORIGIN_SECRET, clock });
const [{ payments, keys }] = await Promise.all([openPayments(env, log), openAtStart(edge, START_WAIT_MS_MAX)]);

const secrets = async (): Promise<readonly string[]> => {
  const { webhookSecret, previousWebhookSecret } = await keys();
  return previousWebhookSecret === undefined ? [webhookSecret] : [webhookSecret, previousWebhookSecret];
};

export const handler = middy(stripeWebhook({ events: payments.events, secrets, clock, log })).use(
  requireEdge({ originSecrets: edge }),
);
