import { ulid } from 'ulid';
import type { NewWebhook, ShownWebhook, Webhook } from '../../../contracts/http/webhooks';
import { WEBHOOK_PREFIX, webhookKey } from '../../../contracts/storage/table-keys/accounts';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import { type Actor, personOf } from '../../access/actor';
import { isActive } from '../../accounts/account-item';
import { type ActionWrite, ALREADY_DONE } from '../../audit/action';
import type { AuditLog } from '../../audit/audit-log';
import type { Clock } from '../../clock';
import { LimitReached } from '../../errors/refusal';
import { absent, compare, exists } from '../../table/condition';
import { type PageOf, type PageRequest, readPage } from '../../table/page';
import type { TableStore } from '../../table/table-store';
import {
  changeWebhook,
  decodeWebhook,
  encodeSecret,
  encodeWebhook,
  type StoredWebhook,
  viewOf,
  webhookIdOf,
} from './webhook-item';
import type { WebhookSecrets } from './webhook-secrets';
import { WebhookNotFound } from './webhooks-errors';

export const WEBHOOKS_MAX = 10;

export interface WebhooksOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly secrets: WebhookSecrets;
}

/** One webhook, and the person who changes it. */
interface WebhookAction {
  readonly accountId: string;
  readonly webhookId: string;
  readonly actor: Actor;
  /** The version that was read. @default any */
  readonly version?: number | undefined;
}

/** The webhooks of an account: the URLs that get its events. */
export class Webhooks {
  readonly #store: TableStore;
  readonly #clock: Clock;
  readonly #audit: AuditLog;
  readonly #secrets: WebhookSecrets;

  constructor({ store, clock, audit, secrets }: WebhooksOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#audit = audit;
    this.#secrets = secrets;
  }

  /**
   * @throws AccountNotFound
   * @throws AccountSuspended
   * @throws LimitReached
   */
  async create({
    accountId,
    actor,
    webhook,
  }: Pick<WebhookAction, 'accountId' | 'actor'> & { readonly webhook: NewWebhook }): Promise<ShownWebhook> {
    const { items } = await this.page(accountId, { limit: WEBHOOKS_MAX });
    if (items.length >= WEBHOOKS_MAX) throw new LimitReached('webhooks', WEBHOOKS_MAX);
    const now = this.#clock();
    const webhookId = webhookIdOf(ulid(now));
    const createdBy = personOf(actor);
    const { secret, stored } = this.#secrets.create(webhookId);
    const created: StoredWebhook = {
      ...webhook,
      accountId,
      webhookId,
      state: 'enabled',
      secrets: [stored],
      createdAt: isoTime(now),
      ...(createdBy !== undefined && { createdBy }),
      version: 0,
    };
    const write = { table: ACCOUNTS, put: encodeWebhook(created), when: absent() };
    // The audit log has no URL, which may contain a secret of the receiver.
    await this.#record('webhook.create', { accountId, webhookId, actor }, [{ write }, isActive(accountId)]);
    return { ...viewOf(created, now), secret };
  }

  /** @throws WebhookNotFound */
  async get(accountId: string, webhookId: string): Promise<Webhook> {
    return viewOf(await readWebhook(this.#store, accountId, webhookId), this.#clock());
  }

  /** A page of an account's webhooks, the oldest first. */
  page(accountId: string, request: PageRequest): Promise<PageOf<Webhook>> {
    const query = { table: ACCOUNTS, partition: accountId, sort: { beginsWith: WEBHOOK_PREFIX } };
    return readPage(this.#store, query, request, (item) => viewOf(decodeWebhook(item), this.#clock()));
  }

  /**
   * Replaces the URL, the description and the events. The webhook then counts as if it had never failed.
   * @throws WebhookNotFound
   * @throws VersionMismatch
   */
  async change({ webhook, version, ...action }: WebhookAction & { readonly webhook: NewWebhook }): Promise<Webhook> {
    const { url, description, events } = webhook;
    const set = { url, ...(description !== undefined && { description }), ...(events !== undefined && { events }) };
    const remove = [
      'failingSince',
      ...(description === undefined ? ['description'] : []),
      ...(events === undefined ? ['events'] : []),
    ];
    await this.#record('webhook.change', action, [changeWebhook(action, { set, remove, version })]);
    return this.get(action.accountId, action.webhookId);
  }

  /**
   * Enabling an enabled webhook has no effect. Events that happened while it was disabled are not sent.
   * @throws WebhookNotFound
   * @throws VersionMismatch
   */
  async enable({ version, ...action }: WebhookAction): Promise<Webhook> {
    const enabled = changeWebhook(action, {
      set: { state: 'enabled' },
      remove: ['disabledAt', 'disabledReason', 'failingSince'],
      when: compare('state', '=', 'disabled'),
      otherwise: () => ALREADY_DONE,
      version,
    });
    await this.#record('webhook.enable', action, [enabled, isActive(action.accountId)]);
    return this.get(action.accountId, action.webhookId);
  }

  /**
   * Disabling a disabled webhook has no effect. Deliveries that are pending are canceled when their time comes.
   * @throws WebhookNotFound
   * @throws VersionMismatch
   */
  async disable({ version, ...action }: WebhookAction): Promise<Webhook> {
    const disabled = changeWebhook(action, {
      set: { state: 'disabled', disabledAt: isoTime(this.#clock()) },
      when: compare('state', '=', 'enabled'),
      otherwise: () => ALREADY_DONE,
      version,
    });
    await this.#record('webhook.disable', action, [disabled]);
    return this.get(action.accountId, action.webhookId);
  }

  /**
   * Replaces the secret. The one before signs as well until `graceMs` have passed; one that was still in its own grace
   * period stops at once.
   * @throws WebhookNotFound
   * @throws VersionMismatch when the webhook was changed meanwhile
   */
  async rotate({ version, graceMs, ...action }: WebhookAction & { readonly graceMs: number }): Promise<ShownWebhook> {
    const { accountId, webhookId } = action;
    const current = await readWebhook(this.#store, accountId, webhookId);
    const { secret, stored } = this.#secrets.create(webhookId);
    const [{ secretId, hash } = stored] = current.secrets;
    const previous = { secretId, hash, signsUntil: this.#clock() + graceMs };
    const set = { secrets: [stored, ...(graceMs > 0 ? [previous] : [])].map(encodeSecret) };
    const rotated = changeWebhook(action, { set, version: version ?? current.version });
    await this.#record('webhook.rotate', action, [rotated]);
    return { ...(await this.get(accountId, webhookId)), secret };
  }

  /**
   * The log of its deliveries stays until it expires.
   * @throws WebhookNotFound
   */
  async delete({ accountId, webhookId, actor }: WebhookAction): Promise<void> {
    const write = { table: ACCOUNTS, delete: webhookKey(accountId, webhookId), when: exists() };
    const deleted = { write, otherwise: () => new WebhookNotFound() };
    await this.#record('webhook.delete', { accountId, webhookId, actor }, [deleted]);
  }

  async #record(
    action:
      'webhook.create' | 'webhook.change' | 'webhook.enable' | 'webhook.disable' | 'webhook.rotate' | 'webhook.delete',
    { accountId, webhookId, actor }: WebhookAction,
    writes: readonly ActionWrite[],
  ): Promise<void> {
    await this.#audit.record({ chain: accountId, actor, action, target: webhookId, writes });
  }
}

/** @throws WebhookNotFound */
export async function readWebhook(
  store: Pick<TableStore, 'get'>,
  accountId: string,
  webhookId: string,
): Promise<StoredWebhook> {
  const item = await store.get({ table: ACCOUNTS, key: webhookKey(accountId, webhookId) });
  if (item === undefined) throw new WebhookNotFound();
  return decodeWebhook(item);
}
