import { ulid } from 'ulid';
import { TEST_EVENT, type WebhookDelivery } from '../../../contracts/http/webhooks';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { webhookKey } from '../../../contracts/storage/table-keys/accounts';
import { deliveriesPartition, deliveryKey, deliveryPrefix } from '../../../contracts/storage/table-keys/outbox';
import { ACCOUNTS, OUTBOX } from '../../../contracts/storage/tables';
import type { Actor } from '../../access/actor';
import { TooManyDeliveries } from './webhooks-errors';
import { countOne, DELIVERIES_PER_ACCOUNT_AND_HOUR_MAX } from '../../accounts/pace';
import type { ActionWrite } from '../../audit/action';
import type { AuditLog } from '../../audit/audit-log';
import type { Clock } from '../../clock';
import { compare, exists } from '../../table/condition';
import { type PageOf, type PageRequest, readPage } from '../../table/page';
import type { TableStore } from '../../table/table-store';
import type { AccountEvent } from '../outbox/event';
import {
  decodeDelivery,
  deliveryIdOf,
  type DeliveryName,
  deliveryViewOf,
  newDelivery,
  putPending,
} from './delivery-item';
import { readWebhook } from './webhooks';
import { DeliveryNotFound, WebhookIsDisabled, WebhookNotFound } from './webhooks-errors';

interface ByHand {
  readonly accountId: string;
  readonly webhookId: string;
  readonly actor: Actor;
}

/** The log of the deliveries to webhooks, and the deliveries that a person asks for. It has the last seven days. */
export class Deliveries {
  readonly #store: TableStore;
  readonly #clock: Clock;
  readonly #audit: AuditLog;

  constructor(options: { readonly store: TableStore; readonly clock: Clock; readonly audit: AuditLog }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#audit = options.audit;
  }

  /** A page of the deliveries to a webhook, the newest event first. @throws WebhookNotFound */
  async page(accountId: string, webhookId: string, request: PageRequest): Promise<PageOf<WebhookDelivery>> {
    await readWebhook(this.#store, accountId, webhookId);
    const sort = { beginsWith: deliveryPrefix(webhookId) };
    const query = { table: OUTBOX, partition: deliveriesPartition(accountId), sort, newestFirst: true };
    return readPage(this.#store, query, request, (item) => deliveryViewOf(decodeDelivery(item)));
  }

  /**
   * Sends an event that means nothing, once.
   * @throws WebhookNotFound
   * @throws WebhookIsDisabled
   * @throws TooManyDeliveries
   */
  async test({ accountId, webhookId, actor }: ByHand): Promise<WebhookDelivery> {
    const now = this.#clock();
    const event: AccountEvent = {
      messageId: `msg_${ulid(now)}`,
      accountId,
      kind: TEST_EVENT,
      data: { webhookId },
      createdAt: isoTime(now),
    };
    const name = { accountId, webhookId, deliveryId: deliveryIdOf(event, webhookId) };
    await this.#record(name, actor, newDelivery(name, event, { now, retryUntil: now }));
    return this.#get(name);
  }

  /**
   * Sends an event of the log again, with the same `webhook-id`; as long as it is not accepted it is repeated as a new
   * one.
   * @throws DeliveryNotFound
   * @throws WebhookNotFound
   * @throws WebhookIsDisabled
   * @throws TooManyDeliveries
   */
  async repeat({ deliveryId, actor, ...webhook }: ByHand & { readonly deliveryId: string }): Promise<WebhookDelivery> {
    const name = { ...webhook, deliveryId };
    const item = await this.#store.get({ table: OUTBOX, key: deliveryKey(name.accountId, name.webhookId, deliveryId) });
    if (item === undefined) throw new DeliveryNotFound();
    const { event } = decodeDelivery(item);
    const now = this.#clock();
    const again = {
      table: OUTBOX,
      update: deliveryKey(name.accountId, name.webhookId, deliveryId),
      change: { set: { state: 'pending', nextAttemptAt: isoTime(now) } },
      when: exists(),
    };
    const once = event.kind === TEST_EVENT && { retryUntil: now };
    await this.#record(name, actor, [
      { write: again, otherwise: () => new DeliveryNotFound() },
      { write: putPending(name, event, { now, ...once }) },
    ]);
    return this.#get(name);
  }

  async #record(name: DeliveryName, actor: Actor, writes: readonly ActionWrite[]): Promise<void> {
    const { accountId, webhookId } = name;
    const isEnabled: ActionWrite = {
      write: { table: ACCOUNTS, check: webhookKey(accountId, webhookId), when: compare('state', '=', 'enabled') },
      otherwise: (webhook) => (webhook ? new WebhookIsDisabled() : new WebhookNotFound()),
    };
    const pace = {
      owner: accountId,
      what: 'deliveries',
      per: 'hour',
      limit: DELIVERIES_PER_ACCOUNT_AND_HOUR_MAX,
      refusal: (retryAfterSeconds: number) => new TooManyDeliveries(retryAfterSeconds),
    } as const;
    await this.#audit.record({
      chain: accountId,
      actor,
      action: 'webhook.deliver',
      target: webhookId,
      writes: [isEnabled, countOne(pace, this.#clock()), ...writes],
    });
  }

  async #get({ accountId, webhookId, deliveryId }: DeliveryName): Promise<WebhookDelivery> {
    const item = await this.#store.get({ table: OUTBOX, key: deliveryKey(accountId, webhookId, deliveryId) });
    if (item === undefined) throw new DeliveryNotFound();
    return deliveryViewOf(decodeDelivery(item));
  }
}
