import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { deliveryKey, pendingDeliveryKey } from '../../../contracts/storage/table-keys/outbox';
import { webhookKey } from '../../../contracts/storage/table-keys/accounts';
import { TEST_EVENT } from '../../../contracts/http/webhooks';
import { ACCOUNTS, OUTBOX } from '../../../contracts/storage/tables';
import type { AuditLog } from '../../audit/audit-log';
import { errorName, type Log } from '../../log';
import type { Notify } from '../outbox/outbox';
import type { Timing } from '../../table/retry';
import type { TableStore } from '../../table/table-store';
import {
  type Attempt,
  decodeDelivery,
  decodePendingDelivery,
  deliveryEnd,
  type LoggedDelivery,
  type PendingDelivery,
} from './delivery-item';
import { DeliveryQueue } from './delivery-queue';
import { addressEvent } from './fan-out';
import { nextAttemptAt, RETRY_MS_MAX } from './retry-schedule';
import { signedEvent } from './signed-event';
import type { WebhookClient } from './webhook-client';
import { WebhookHealth } from './webhook-health';
import { decodeWebhook, type StoredWebhook } from './webhook-item';
import type { WebhookSecrets } from './webhook-secrets';

const GONE = 410;

export interface WebhookDeliveryOptions {
  readonly store: TableStore;
  readonly timing: Timing;
  readonly log: Log;
  readonly client: WebhookClient;
  readonly secrets: WebhookSecrets;
  readonly audit: AuditLog;
  /** Tells people that a webhook was disabled. */
  readonly notify: Notify;
}

/**
 * The result of a call that delivers.
 * - `none`: it was not due, or is another process's.
 * - `error`: the call itself failed unexpectedly; a later one tries again.
 */
export type Delivered = 'accepted' | 'not_accepted' | 'none' | 'error';

/** Sends the events of the outbox to webhooks. Any number of processes may deliver the same events at the same time. */
export class WebhookDelivery {
  readonly #options: WebhookDeliveryOptions;
  readonly #queue: DeliveryQueue;
  readonly #health: WebhookHealth;

  constructor(options: WebhookDeliveryOptions) {
    this.#options = options;
    this.#queue = new DeliveryQueue(options);
    this.#health = new WebhookHealth(options);
  }

  /** Makes an event a delivery to each webhook. It never throws: what is not done is in the table for a later sweep. */
  async address(messageId: string): Promise<boolean> {
    try {
      await addressEvent(this.#options, messageId);
      return true;
    } catch (error) {
      this.#options.log.warn('WEBHOOK_NOT_DELIVERED', { cause: errorName(error) });
      return false;
    }
  }

  /**
   * Makes one attempt at a delivery, if it is due. It never throws, as `address`.
   * @param options.sparesFailing whether a webhook that fails gets nothing but tests: a call that others wait for must not
   *   wait for it. @default no
   */
  async deliver(deliveryId: string, { sparesFailing = false } = {}): Promise<Delivered> {
    const { store, log } = this.#options;
    try {
      const item = await store.get({ table: OUTBOX, key: pendingDeliveryKey(deliveryId) });
      return item === undefined ? 'none' : await this.#deliver(decodePendingDelivery(item), sparesFailing);
    } catch (error) {
      log.warn('WEBHOOK_NOT_DELIVERED', { cause: errorName(error) });
      return 'error';
    }
  }

  async #deliver(pending: PendingDelivery, sparesFailing: boolean): Promise<Delivered> {
    const { store, timing } = this.#options;
    const { accountId, webhookId, deliveryId } = pending;
    if (pending.dueAt > timing.clock()) return 'none';
    const [webhookItem, loggedItem] = await Promise.all([
      store.get({ table: ACCOUNTS, key: webhookKey(accountId, webhookId) }),
      store.get({ table: OUTBOX, key: deliveryKey(accountId, webhookId, deliveryId) }),
    ]);
    const webhook = webhookItem && decodeWebhook(webhookItem);
    if (loggedItem === undefined) await this.#queue.drop(pending);
    else if (webhook?.state !== 'enabled') await this.#queue.cancel(pending);
    else {
      const logged = decodeDelivery(loggedItem);
      const isSpared = sparesFailing && webhook.failingSince !== undefined && logged.event.kind !== TEST_EVENT;
      if (!isSpared) return this.#attempt(pending, webhook, logged);
    }
    return 'none';
  }

  async #attempt(pending: PendingDelivery, webhook: StoredWebhook, logged: LoggedDelivery): Promise<Delivered> {
    const claim = await this.#queue.take(pending);
    if (claim === undefined) return 'none';
    const now = this.#options.timing.clock();
    const attempt = await this.#post(webhook, logged, now);
    // A test says nothing about whether the account's events arrive.
    const isTest = logged.event.kind === TEST_EVENT;
    if (isAccepted(attempt)) {
      if (!isTest) await this.#health.succeeded(webhook);
      await this.#queue.end(pending, { state: 'delivered', logged, attempt });
      return 'accepted';
    }
    if (!isTest) await this.#health.failed(webhook, now);
    if (attempt.status === GONE) await this.#health.disable(webhook, 'gone');
    const retryUntil = pending.retryUntil ?? Math.min(now + RETRY_MS_MAX, deliveryEnd(logged.event));
    const failure = { attempts: pending.attempts + 1, now, retryUntil };
    const dueAt = attempt.status === GONE ? undefined : nextAttemptAt(failure, this.#options.timing.random());
    if (dueAt !== undefined) await this.#queue.release(pending, claim, { logged, attempt, dueAt, retryUntil });
    else await this.#queue.end(pending, { state: 'failed', logged, attempt, claim });
    return 'not_accepted';
  }

  async #post(webhook: StoredWebhook, { event }: LoggedDelivery, now: number): Promise<Attempt> {
    const { timing, secrets, client } = this.#options;
    const at = isoTime(now);
    const signing = secrets.signing(webhook, now);
    if (signing.length === 0) return { at, outcome: 'not_signed', durationMs: 0 };
    const answer = await client.post(webhook.url, signedEvent(event, signing, now));
    return { at, ...answer, durationMs: Math.max(0, timing.clock() - now) };
  }
}

const isAccepted = ({ status = 0 }: Attempt): boolean => status >= 200 && status < 300;
