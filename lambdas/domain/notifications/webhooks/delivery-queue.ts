import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { deliveryKey, pendingDeliveryKey } from '../../../contracts/storage/table-keys/outbox';
import { OUTBOX } from '../../../contracts/storage/tables';
import type { DeliveryState } from '../../../contracts/storage/webhook-state';
import { MINUTE_MS } from '../../clock';
import { commit, type GuardedWrite } from '../../table/commit';
import { all, compare, type Condition, exists } from '../../table/condition';
import { REQUEST_RETRY, retry, type Timing } from '../../table/retry';
import { ConditionFailed } from '../../table/table-errors';
import type { TableStore, Update } from '../../table/table-store';
import { newTransactionToken } from '../../table/transaction-token';
import type { Item } from '../../table/value';
import { type Attempt, encodeAttempts, type LoggedDelivery, type PendingDelivery } from './delivery-item';

/** How long an attempt blocks the next one if its process dies. It is longer than any attempt takes. */
export const LEASE_MS = 2 * MINUTE_MS;

interface DeliveryQueueOptions {
  readonly store: TableStore;
  readonly timing: Timing;
}

/** Decides which process may make a delivery, and logs how it went. Each step is one transaction. */
export class DeliveryQueue {
  readonly #store: TableStore;
  readonly #timing: Timing;

  constructor({ store, timing }: DeliveryQueueOptions) {
    this.#store = store;
    this.#timing = timing;
  }

  /** Reserves the delivery for one attempt. @returns the claim; undefined if another process was faster */
  async take(pending: PendingDelivery): Promise<string | undefined> {
    const claim = newTransactionToken();
    return retry(REQUEST_RETRY, this.#timing, async () => {
      try {
        await this.#store.write({
          table: OUTBOX,
          update: pendingDeliveryKey(pending.deliveryId),
          change: { set: { claim, dueAt: this.#timing.clock() + LEASE_MS }, add: { attempts: 1n } },
          when: asRead(pending),
        });
        return claim;
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
        // The reply to an earlier try of this very call may have been lost.
        return error.item?.['claim'] === claim ? claim : undefined;
      }
    });
  }

  /** Frees a delivery that was not accepted until its next attempt. */
  async release(
    pending: PendingDelivery,
    claim: string,
    failure: {
      readonly logged: LoggedDelivery;
      readonly attempt: Attempt;
      readonly dueAt: number;
      readonly retryUntil: number;
    },
  ): Promise<void> {
    const { logged, attempt, dueAt, retryUntil } = failure;
    const set = { attempts: encodeAttempts(logged.attempts, attempt), nextAttemptAt: isoTime(dueAt) };
    const freed: Update = {
      table: OUTBOX,
      update: pendingDeliveryKey(pending.deliveryId),
      change: { set: { dueAt, retryUntil }, remove: ['claim'] },
      when: all(exists(), compare('claim', '=', claim)),
    };
    await this.#commit([{ write: freed }, { write: logUpdate(pending, { set }) }]);
  }

  /**
   * Ends a delivery after an attempt.
   * @param claim the attempt's own; absent to end the delivery although another attempt may have claimed it, because it was accepted
   */
  async end(
    pending: PendingDelivery,
    {
      state,
      logged,
      attempt,
      claim,
    }: {
      readonly state: DeliveryState;
      readonly logged: LoggedDelivery;
      readonly attempt: Attempt;
      readonly claim?: string;
    },
  ): Promise<void> {
    const isOurs = claim === undefined ? exists() : all(exists(), compare('claim', '=', claim));
    await this.#finish(pending, isOurs, { state, attempts: encodeAttempts(logged.attempts, attempt) });
  }

  /** Ends a delivery that is not attempted any more. */
  async cancel(pending: PendingDelivery): Promise<void> {
    await this.#finish(pending, asRead(pending), { state: 'canceled' });
  }

  /** Removes a delivery whose log has expired. */
  async drop(pending: PendingDelivery): Promise<void> {
    const dropped = { table: OUTBOX, delete: pendingDeliveryKey(pending.deliveryId), when: asRead(pending) };
    await this.#commit([{ write: dropped }]);
  }

  #finish(pending: PendingDelivery, when: Condition, set: Item): Promise<void> {
    const removed = { table: OUTBOX, delete: pendingDeliveryKey(pending.deliveryId), when };
    return this.#commit([{ write: removed }, { write: logUpdate(pending, { set, remove: ['nextAttemptAt'] }) }]);
  }

  /** A failed condition means that another process was faster, or that the same call was committed before. */
  async #commit(writes: readonly GuardedWrite<never>[]): Promise<void> {
    const guarded = writes.map(({ write }) => ({ write, otherwise: () => 'overtaken' as const }));
    await retry(REQUEST_RETRY, this.#timing, () => commit(this.#store, guarded));
  }
}

const asRead = ({ attempts, dueAt }: PendingDelivery): Condition =>
  all(exists(), compare('attempts', '=', attempts), compare('dueAt', '=', dueAt));

const logUpdate = ({ accountId, webhookId, deliveryId }: PendingDelivery, change: Update['change']): Update => ({
  table: OUTBOX,
  update: deliveryKey(accountId, webhookId, deliveryId),
  change,
  when: exists(),
});
