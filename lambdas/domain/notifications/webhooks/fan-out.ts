import { eventKey } from '../../../contracts/storage/table-keys/outbox';
import { WEBHOOK_PREFIX } from '../../../contracts/storage/table-keys/accounts';
import { ACCOUNTS, OUTBOX } from '../../../contracts/storage/tables';
import { commit, type GuardedWrite } from '../../table/commit';
import { exists } from '../../table/condition';
import { everyItem } from '../../table/every-item';
import { REQUEST_RETRY, retry, type Timing } from '../../table/retry';
import type { TableStore } from '../../table/table-store';
import { type AccountEvent, decodeAccountEvent } from '../outbox/event';
import { deliveryIdOf, newDelivery } from './delivery-item';
import { decodeWebhook, type StoredWebhook } from './webhook-item';

/**
 * Makes an event a delivery to each webhook of its account that wants it. One transaction creates the deliveries and
 * removes the event, so that repeating it, also concurrently, creates none again.
 */
export async function addressEvent(
  { store, timing }: { readonly store: TableStore; readonly timing: Timing },
  messageId: string,
): Promise<void> {
  const key = eventKey(messageId);
  const item = await store.get({ table: OUTBOX, key });
  if (item === undefined) return;
  const event = decodeAccountEvent(item);
  const { accountId } = event;
  const now = timing.clock();
  const query = { table: ACCOUNTS, partition: accountId, sort: { beginsWith: WEBHOOK_PREFIX } };
  const deliveries: GuardedWrite<never>[] = [];
  for await (const webhook of everyItem(store, query)) {
    const { webhookId, ...wants } = decodeWebhook(webhook);
    if (!isWanted(event, wants)) continue;
    deliveries.push(
      ...newDelivery({ accountId, webhookId, deliveryId: deliveryIdOf(event, webhookId) }, event, { now }),
    );
  }
  const addressed = { write: { table: OUTBOX, delete: key, when: exists() }, otherwise: () => 'addressed' as const };
  await retry(REQUEST_RETRY, timing, () => commit<'addressed'>(store, [addressed, ...deliveries]));
}

const isWanted = ({ kind }: AccountEvent, { state, events }: Pick<StoredWebhook, 'state' | 'events'>): boolean =>
  state === 'enabled' && (events === undefined || events.includes(kind));
