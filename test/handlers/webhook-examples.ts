import { DEPLOYMENT } from '../../lambdas/domain/access/actor';
import type { ApiStage } from './api-stage';
import { at, type Example } from './example';

const WEBHOOK = { url: 'https://hooks.example.com/tollgate?team=1', description: 'Ops', events: ['low_balance'] };

export async function aWebhook({ parts }: ApiStage, accountId: string): Promise<string> {
  // An account can have few, and some suites make each request often.
  const { items } = await parts.webhooks.page(accountId, { limit: 10 });
  const existing = items.find(({ state }) => state === 'enabled');
  if (existing) return existing.webhookId;
  const webhook = { url: WEBHOOK.url };
  return (await parts.webhooks.create({ accountId, actor: DEPLOYMENT, webhook })).webhookId;
}

const ofWebhook =
  (
    suffix = '',
    request: { readonly body?: unknown; readonly headers?: { readonly [name: string]: string } } = {},
  ): Example =>
  async (stage, accountId) => ({
    path: `/v1/accounts/${accountId}/webhooks/${await aWebhook(stage, accountId)}${suffix}`,
    ...request,
  });

/** One request for each route of alerts and webhooks. */
export const WEBHOOK_EXAMPLES: { readonly [id: string]: Example } = {
  getAlertRules: at('/v1/accounts/{accountId}/alerts'),
  setAlertRules: at('/v1/accounts/{accountId}/alerts', {
    body: { errorRate: { percent: 20, requestsMin: 50 }, spendAnomaly: { factor: 5, floor: '2.50' } },
  }),
  listWebhooks: at('/v1/accounts/{accountId}/webhooks'),
  getWebhook: ofWebhook(),
  createWebhook: at('/v1/accounts/{accountId}/webhooks', { body: WEBHOOK }),
  changeWebhook: ofWebhook('', { body: { url: WEBHOOK.url }, headers: { 'if-match': '*' } }),
  enableWebhook: async (stage, accountId) => {
    const webhookId = await aWebhook(stage, accountId);
    await stage.parts.webhooks.disable({ accountId, webhookId, actor: DEPLOYMENT });
    return { path: `/v1/accounts/${accountId}/webhooks/${webhookId}/enable` };
  },
  disableWebhook: ofWebhook('/disable'),
  deleteWebhook: ofWebhook(),
  rotateWebhookSecret: ofWebhook('/rotate-secret', { body: { graceSeconds: 3_600 } }),
  testWebhook: ofWebhook('/test'),
  listWebhookDeliveries: ofWebhook('/deliveries'),
  repeatWebhookDelivery: async (stage, accountId) => {
    const webhookId = await aWebhook(stage, accountId);
    const { deliveryId } = await stage.parts.deliveries.test({ accountId, webhookId, actor: DEPLOYMENT });
    return { path: `/v1/accounts/${accountId}/webhooks/${webhookId}/deliveries/${deliveryId}/repeat` };
  },
};
