import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import type { RunRules, StreamContext, StreamRule } from '../../adapters/stream/stream-rules';
import { EVENT_PREFIX, PENDING_DELIVERY_PREFIX } from '../../contracts/storage/table-keys/outbox';
import type { Log } from '../../domain/log';
import type { WebhookDelivery } from '../../domain/notifications/webhooks/webhook-delivery';

export interface DeliverWebhooksDependencies {
  readonly delivery: Pick<WebhookDelivery, 'address' | 'deliver'>;
  readonly runRules: RunRules;
  readonly log: Log;
}

/**
 * Addresses new events of the outbox's stream to webhooks, and makes new deliveries. All of a batch are made at the same
 * time, so that it takes no longer than its slowest receiver. One that fails does not fail the batch: it stays in the
 * table, where the sweep finds it. From then on only the sweep sends to its webhook until it accepts an event, so that a
 * slow receiver holds up the stream once.
 */
export function deliverWebhooks({
  delivery,
  runRules,
  log,
}: DeliverWebhooksDependencies): (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse> {
  const rule = (id: string, prefix: string, act: (sortKey: string) => Promise<unknown>): StreamRule<string> => ({
    id,
    changes: ['INSERT'],
    when: ({ key }) => key.pk.startsWith(prefix),
    map: ({ key }) => key.sk,
    sink: async (batch) => {
      await Promise.all(batch.map(({ value }) => act(value)));
    },
  });
  const rules = [
    rule('event', EVENT_PREFIX, (messageId) => delivery.address(messageId)),
    rule('delivery', PENDING_DELIVERY_PREFIX, (deliveryId) => delivery.deliver(deliveryId, { sparesFailing: true })),
  ];
  // Nothing needs to be set aside, because the table itself has what the stream repeats.
  const park: StreamContext['park'] = async () => undefined;
  return ({ Records: records }) => runRules(records, rules, { log, park });
}
