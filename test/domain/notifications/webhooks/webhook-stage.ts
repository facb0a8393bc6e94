import { EmbeddedStore } from '../../../../lambdas/adapters/embedded/embedded-store';
import type {
  NewWebhook,
  ShownWebhook,
  WebhookDelivery as Delivery,
} from '../../../../lambdas/contracts/http/webhooks';
import { SHARDS } from '../../../../lambdas/contracts/storage/table-keys/key-parts';
import { eventPartition, pendingDeliveryPartition } from '../../../../lambdas/contracts/storage/table-keys/outbox';
import { OUTBOX } from '../../../../lambdas/contracts/storage/tables';
import type { Actor } from '../../../../lambdas/domain/access/actor';
import { AuditLog } from '../../../../lambdas/domain/audit/audit-log';
import type { NewMessage } from '../../../../lambdas/domain/notifications/outbox/message';
import { keyCreated } from '../../../../lambdas/domain/notifications/outbox/messages';
import { notifyBy, notifyOnce } from '../../../../lambdas/domain/notifications/outbox/outbox';
import { Deliveries } from '../../../../lambdas/domain/notifications/webhooks/deliveries';
import type { SignedEvent } from '../../../../lambdas/domain/notifications/webhooks/signed-event';
import { sweepWebhooks, type WebhookSweep } from '../../../../lambdas/domain/notifications/webhooks/sweep-webhooks';
import type { WebhookAnswer, WebhookClient } from '../../../../lambdas/domain/notifications/webhooks/webhook-client';
import { WebhookDelivery } from '../../../../lambdas/domain/notifications/webhooks/webhook-delivery';
import { WebhookSecrets } from '../../../../lambdas/domain/notifications/webhooks/webhook-secrets';
import { Webhooks } from '../../../../lambdas/domain/notifications/webhooks/webhooks';
import { everyItem } from '../../../../lambdas/domain/table/every-item';
import type { TableStore } from '../../../../lambdas/domain/table/table-store';
import { AccountStage } from '../../accounts/account-stage';
import { keepingWritten } from '../written';

export const URL = 'https://hooks.example.com/tollgate';
export const SECRET = new Uint8Array(32).fill(7);
export const ACCEPTED: WebhookAnswer = { outcome: 'answered', status: 204 };
export const REFUSED: WebhookAnswer = { outcome: 'answered', status: 500 };
export const GONE: WebhookAnswer = { outcome: 'answered', status: 410 };

/** A request to a receiver. */
export interface Posted extends SignedEvent {
  readonly url: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Webhooks and their delivery over a store in memory, with real accounts and receivers that a test scripts. */
export class WebhookStage {
  readonly accounts: AccountStage;
  readonly engine: EmbeddedStore;
  readonly store: TableStore;
  readonly written: string[] = [];
  readonly logged: string[] = [];
  /** The requests that were sent. */
  readonly posted: Posted[] = [];
  /** The answers to the next requests; after them, `answer` is the answer. */
  readonly answers: WebhookAnswer[] = [];
  answer = ACCEPTED;
  readonly webhooks: Webhooks;
  readonly deliveries: Deliveries;
  accountId = '';
  owner: Actor = { kind: 'deployment' };
  #keys = 0;

  private constructor(on?: TableStore) {
    this.engine = EmbeddedStore.memory({ clock: this.clock });
    this.store = keepingWritten(on ?? this.engine, this.written);
    this.accounts = new AccountStage(this.store);
    const { store, clock } = this;
    const audit = new AuditLog({ store, clock });
    this.webhooks = new Webhooks({ store, clock, audit, secrets: new WebhookSecrets(SECRET) });
    this.deliveries = new Deliveries({ store, clock, audit });
  }

  /** @param on another engine. @default one in memory */
  static async open(on?: TableStore): Promise<WebhookStage> {
    const stage = new WebhookStage(on);
    const { accountId, owner } = await stage.accounts.account();
    return Object.assign(stage, { accountId, owner });
  }

  readonly clock = (): number => this.accounts.now;
  /** Waits take no time, and none passes meanwhile. */
  readonly timing = { clock: this.clock, random: () => 0.5, sleep: () => Promise.resolve() };

  pass(milliseconds: number): void {
    this.accounts.now += milliseconds;
  }

  readonly post: WebhookClient['post'] = async (url, request) => {
    this.posted.push({ url, ...request, at: this.clock() });
    return this.answers.shift() ?? this.answer;
  };

  /** A process that delivers. @param options.store the store that it works on. @default the stage's */
  delivery({
    store = this.store,
    post = this.post,
    secret = SECRET,
  }: { readonly store?: TableStore; readonly post?: WebhookClient['post']; readonly secret?: Uint8Array } = {}) {
    const { clock, timing } = this;
    const line = (code: string, fields = {}): void => void this.logged.push(JSON.stringify([code, fields]));
    return new WebhookDelivery({
      store,
      timing,
      log: { info: line, warn: line, error: line },
      client: { post },
      secrets: new WebhookSecrets(secret),
      audit: new AuditLog({ store, ...timing }),
      notify: notifyBy(clock),
    });
  }

  create(webhook: Partial<NewWebhook> = {}): Promise<ShownWebhook> {
    const { accountId, owner: actor } = this;
    return this.webhooks.create({ accountId, actor, webhook: { url: URL, ...webhook } });
  }

  /** Puts a message about a new key into the outbox. */
  async happen(): Promise<NewMessage> {
    this.#keys += 1;
    const keyId = `01JD00000000000000000000${String(this.#keys).padStart(2, '0')}`;
    const message = keyCreated({ accountId: this.accountId, keyId, at: '2026-11-20T10:00:00.000Z' });
    await this.notify(message);
    return message;
  }

  notify(message: NewMessage): Promise<boolean> {
    return notifyOnce({ store: this.store, clock: this.clock, timing: this.timing }, message);
  }

  sweep(delivery = this.delivery()): Promise<WebhookSweep> {
    return sweepWebhooks({ store: this.store, clock: this.clock, delivery });
  }

  /** Sweeps until neither an event nor a delivery is pending, and skips the minutes in which none is due. */
  async sweepUntilDone(): Promise<void> {
    await this.sweep();
    for (let due = await this.#nextDueAt(); due !== undefined; due = await this.#nextDueAt()) {
      this.accounts.now = Math.max(this.accounts.now, due);
      await this.sweep();
    }
  }

  /** The log of the deliveries to a webhook, the newest first. */
  async logOf({ webhookId }: Pick<ShownWebhook, 'webhookId'>): Promise<readonly Delivery[]> {
    return (await this.deliveries.page(this.accountId, webhookId, { limit: 200 })).items;
  }

  async #nextDueAt(): Promise<number | undefined> {
    const due: number[] = [];
    for (const shard of SHARDS) {
      const events = await this.store.query({ table: OUTBOX, partition: eventPartition(shard) });
      if (events.items.length > 0) due.push(this.clock());
      const pending = everyItem(this.store, { table: OUTBOX, partition: pendingDeliveryPartition(shard) });
      for await (const { dueAt } of pending) due.push(Number(dueAt));
    }
    return due.length === 0 ? undefined : Math.min(...due);
  }
}
