import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { isoTime, SHARDS } from '../../../lambdas/contracts/storage/table-keys/key-parts';
import { eventPartition, pendingDeliveryPartition } from '../../../lambdas/contracts/storage/table-keys/outbox';
import { ACCOUNTS, OUTBOX } from '../../../lambdas/contracts/storage/tables';
import { decodeAccountEvent } from '../../../lambdas/domain/notifications/outbox/event';
import { topUpSucceeded } from '../../../lambdas/domain/notifications/outbox/messages';
import { notifyOnce } from '../../../lambdas/domain/notifications/outbox/outbox';
import { Deliveries } from '../../../lambdas/domain/notifications/webhooks/deliveries';
import { decodePendingDelivery } from '../../../lambdas/domain/notifications/webhooks/delivery-item';
import { encodeWebhook } from '../../../lambdas/domain/notifications/webhooks/webhook-item';
import { WebhookSecrets } from '../../../lambdas/domain/notifications/webhooks/webhook-secrets';
import { Webhooks } from '../../../lambdas/domain/notifications/webhooks/webhooks';
import { readAlertRules, setAlertRules } from '../../../lambdas/domain/usage/spend-watch/alert-rules';
import { everyItem } from '../../../lambdas/domain/table/every-item';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import type { Item } from '../../../lambdas/domain/table/value';

interface Stored {
  readonly engine: TableStore;
  readonly accountId: string;
  readonly clock: () => number;
}

/** Stores a webhook, a delivery to it and an event, and returns their readers. */
export async function webhookReaders({ engine, accountId, clock }: Stored) {
  const secrets = new WebhookSecrets(new Uint8Array(32));
  const webhooksOn = (store: TableStore) =>
    new Webhooks({ store, clock, secrets, audit: new AuditLog({ store, clock }) });
  const deliveriesOn = (store: TableStore) => new Deliveries({ store, clock, audit: new AuditLog({ store, clock }) });
  const webhookId = 'whk_01JD0000000000000000000001';
  const put = encodeWebhook({
    accountId,
    webhookId,
    url: 'https://hooks.example.com/',
    state: 'enabled',
    secrets: [secrets.create(webhookId).stored],
    createdAt: isoTime(clock()),
    version: 0,
  });
  // The stored account is suspended, so nothing can be created in it.
  await engine.write({ table: ACCOUNTS, put });
  await deliveriesOn(engine).test({ accountId, webhookId, actor: DEPLOYMENT });
  await notifyOnce({ store: engine, clock }, topUpSucceeded({ accountId, amountPico: 5n, paymentId: 'pi_2' }));
  const rules = { errorRate: { percent: 20, requestsMin: 10 }, spendAnomaly: { factor: 3, floor: '1' } };
  await engine.transact([setAlertRules(accountId, rules, undefined).write]);
  return {
    'the rules for alerts': {
      engine,
      decoders: ['decodeAlertRules'],
      read: (store: TableStore) => readAlertRules(store, accountId),
    },
    'a webhook': {
      engine,
      decoders: ['decodeWebhook'],
      read: (store: TableStore) => webhooksOn(store).get(accountId, webhookId),
    },
    'the deliveries to a webhook': {
      engine,
      decoders: ['decodeDelivery'],
      read: (store: TableStore) => deliveriesOn(store).page(accountId, webhookId, { limit: 10 }),
    },
    'the pending deliveries': {
      engine,
      decoders: ['decodePendingDelivery'],
      read: async (store: TableStore) => (await itemsOf(store, pendingDeliveryPartition)).map(decodePendingDelivery),
    },
    // The data of a later release are sent as they are.
    'the events for webhooks': {
      engine,
      decoders: ['decodeAccountEvent'],
      read: async (store: TableStore) =>
        (await itemsOf(store, eventPartition)).map((item) => ({ ...decodeAccountEvent(item), data: undefined })),
    },
  };
}

async function itemsOf(store: TableStore, partitionOf: (shard: string) => string): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (const shard of SHARDS)
    for await (const item of everyItem(store, { table: OUTBOX, partition: partitionOf(shard) })) items.push(item);
  expect(items).not.toEqual([]);
  return items;
}
