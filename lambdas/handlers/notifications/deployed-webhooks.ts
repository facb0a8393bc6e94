import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamodbStore } from '../../adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../adapters/dynamodb/sdk-transport';
import { SDK_LIMITS } from '../../adapters/sdk-limits';
import { CachedSecret } from '../../adapters/secrets/cached-secret';
import { UndiciWebhookClient } from '../../adapters/webhooks/undici-webhook-client';
import type { Env, WEBHOOKS_ENV } from '../../contracts/deployment/environment';
import { pepperSecretSchema } from '../../contracts/deployment/secrets';
import { AuditLog } from '../../domain/audit/audit-log';
import { systemClock as clock } from '../../domain/clock';
import type { Log } from '../../domain/log';
import { audiencesOf, notifyBy } from '../../domain/notifications/outbox/outbox';
import { WebhookDelivery } from '../../domain/notifications/webhooks/webhook-delivery';
import { WebhookSecrets } from '../../domain/notifications/webhooks/webhook-secrets';
import { derivedSecret, WEBHOOK_SECRETS } from '../../domain/secret';
import { systemTiming } from '../../domain/table/retry';
import type { TableStore } from '../../domain/table/table-store';

/** The delivery as it runs in AWS: one per execution environment. */
export async function deployedWebhooks(
  env: Env<typeof WEBHOOKS_ENV>,
  log: Log,
): Promise<{ readonly delivery: WebhookDelivery; readonly store: TableStore }> {
  const client = new SecretsManagerClient(SDK_LIMITS);
  const pepper = new CachedSecret({ client, arn: env.KEY_PEPPER_SECRET, schema: pepperSecretSchema, clock });
  const secrets = new WebhookSecrets(derivedSecret(await pepper.get(), WEBHOOK_SECRETS));
  const tableNames = { outbox: env.OUTBOX_TABLE, accounts: env.ACCOUNTS_TABLE, audit: env.AUDIT_TABLE };
  const store = new DynamodbStore({ transport: new SdkTransport(), tableNames, clock });
  const delivery = new WebhookDelivery({
    store,
    timing: systemTiming(clock),
    log,
    client: new UndiciWebhookClient(),
    secrets,
    audit: new AuditLog({ store, clock }),
    notify: notifyBy(clock, audiencesOf(env.MAIL_FROM !== 'none')),
  });
  return { delivery, store };
}
