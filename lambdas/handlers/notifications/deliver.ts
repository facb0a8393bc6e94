import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import type { RunRules, StreamContext, StreamRule } from '../../adapters/stream/stream-rules';
import { PENDING_MAIL_PREFIX } from '../../contracts/storage/table-keys/outbox';
import type { Log } from '../../domain/log';
import type { MailDelivery } from '../../domain/notifications/delivery/mail-delivery';

export interface DeliverDependencies {
  readonly delivery: Pick<MailDelivery, 'deliver'>;
  readonly runRules: RunRules;
  readonly log: Log;
}

/**
 * Delivers new messages from the outbox's stream. A message that cannot be delivered does not fail the batch: it stays in
 * the table, where the sweep finds it.
 */
export function deliver({
  delivery,
  runRules,
  log,
}: DeliverDependencies): (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse> {
  const pending: StreamRule<string> = {
    id: 'pending',
    changes: ['INSERT'],
    when: ({ key }) => key.pk.startsWith(PENDING_MAIL_PREFIX),
    map: ({ key }) => key.sk,
    sink: async (batch) => {
      for (const { value: messageId } of batch) await delivery.deliver(messageId);
    },
  };
  // Nothing needs to be set aside, because the table itself has what the stream repeats.
  const park: StreamContext['park'] = async () => undefined;
  return ({ Records: records }) => runRules(records, [pending], { log, park });
}
