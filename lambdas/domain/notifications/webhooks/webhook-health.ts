import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { webhookKey } from '../../../contracts/storage/table-keys/accounts';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import type { WebhookDisableReason } from '../../../contracts/storage/webhook-state';
import { DEPLOYMENT } from '../../access/actor';
import { ALREADY_DONE } from '../../audit/action';
import type { AuditLog } from '../../audit/audit-log';
import type { Notify } from '../outbox/outbox';
import { webhookDisabled } from '../outbox/alert-messages';
import { absent, all, type Change, type Condition, compare, exists } from '../../table/condition';
import { REQUEST_RETRY, retry, type Timing } from '../../table/retry';
import { ConditionFailed } from '../../table/table-errors';
import type { TableStore } from '../../table/table-store';
import { RETRY_MS_MAX } from './retry-schedule';
import { changeWebhook, type StoredWebhook } from './webhook-item';
import { readWebhook } from './webhooks';
import { WebhookNotFound } from './webhooks-errors';

interface WebhookHealthOptions {
  readonly store: TableStore;
  readonly timing: Timing;
  readonly audit: AuditLog;
  readonly notify: Notify;
}

type WebhookName = Pick<StoredWebhook, 'accountId' | 'webhookId'>;

/** Notes since when a webhook fails, and disables one that has failed for long. */
export class WebhookHealth {
  readonly #options: WebhookHealthOptions;

  constructor(options: WebhookHealthOptions) {
    this.#options = options;
  }

  /** Notes that the webhook has accepted an event. */
  async succeeded(webhook: StoredWebhook): Promise<void> {
    if (webhook.failingSince !== undefined) await this.#note(webhook, { remove: ['failingSince'] });
  }

  /**
   * Notes that the webhook has not accepted an event, and disables it if it has accepted nothing for as long as one event
   * is sent again. No event need have been given up by then: those of a busy webhook wait for one another.
   * @param at epoch milliseconds
   */
  async failed(webhook: StoredWebhook, at: number): Promise<void> {
    if (webhook.failingSince === undefined)
      await this.#note(webhook, { set: { failingSince: at } }, absent('failingSince'));
    else if (at - webhook.failingSince >= RETRY_MS_MAX) await this.#disableIfFailing(webhook, at);
  }

  /** Reads the webhook again, because it may have accepted another event during the attempt. */
  async #disableIfFailing(webhook: WebhookName, at: number): Promise<void> {
    try {
      const { failingSince } = await readWebhook(this.#options.store, webhook.accountId, webhook.webhookId);
      const isFailing = failingSince !== undefined && at - failingSince >= RETRY_MS_MAX;
      if (isFailing) await this.disable(webhook, 'failing');
    } catch (error) {
      if (!(error instanceof WebhookNotFound)) throw error;
    }
  }

  /** Disables the webhook and tells the account's people, in one transaction. */
  async disable(webhook: WebhookName, reason: WebhookDisableReason): Promise<void> {
    const { timing, audit, notify } = this.#options;
    const { accountId, webhookId } = webhook;
    const at = isoTime(timing.clock());
    const disabled = changeWebhook(webhook, {
      set: { state: 'disabled', disabledAt: at, disabledReason: reason },
      when: compare('state', '=', 'enabled'),
      otherwise: () => ALREADY_DONE,
    });
    await audit
      .record({
        chain: accountId,
        actor: DEPLOYMENT,
        action: 'webhook.disable',
        target: webhookId,
        after: { state: 'suspended', reason },
        writes: [disabled, ...notify(webhookDisabled({ accountId, webhookId, reason, at }))],
      })
      .catch((error: unknown) => {
        if (!(error instanceof WebhookNotFound)) throw error;
      });
  }

  async #note({ accountId, webhookId }: WebhookName, change: Change, when: Condition = exists()): Promise<void> {
    const { store, timing } = this.#options;
    const update = webhookKey(accountId, webhookId);
    await retry(REQUEST_RETRY, timing, async () => {
      try {
        await store.write({ table: ACCOUNTS, update, change, when: all(exists(), when) });
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
      }
    });
  }
}
