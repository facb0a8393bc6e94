import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { messageKey, pendingMailKey } from '../../../contracts/storage/table-keys/outbox';
import { EXPIRES_AT, OUTBOX } from '../../../contracts/storage/tables';
import { HOUR_MS, MINUTE_MS } from '../../clock';
import { commit } from '../../table/commit';
import { all, compare, exists } from '../../table/condition';
import { REQUEST_RETRY, retry, type Timing } from '../../table/retry';
import { ConditionFailed } from '../../table/table-errors';
import type { TableStore } from '../../table/table-store';
import { newTransactionToken } from '../../table/transaction-token';
import { type PendingMessage } from '../outbox/message';
import { messageEnd } from '../outbox/outbox';

/**
 * How long an attempt without a known end blocks the next one. The provider's own report of a mail that it did accept
 * arrives within seconds, and ends the message; only without one is the mail in doubt.
 */
export const DOUBT_MS = 15 * MINUTE_MS;

/** The wait after the first refusal; it doubles with each further one. */
const FIRST_WAIT_MS = MINUTE_MS;
const LONGEST_WAIT_MS = HOUR_MS;

/**
 * How a message ended.
 * - `sent`: the provider has accepted the mail.
 * - `expanded`: it became a message for each of its people.
 * - `no_recipient`: nobody is there to receive it.
 * - `declined`: the person does not want mails of this category.
 * - `restricted`: the processing of the person's or the account's data is restricted, and the mail is optional.
 * - `suppressed`: the address is known not to accept mail.
 * - `in_doubt`: nobody knows whether the mail was sent, and it is not sent again.
 * - `given_up`: it could not be sent for days.
 */
export type End =
  'sent' | 'expanded' | 'no_recipient' | 'declined' | 'restricted' | 'suppressed' | 'in_doubt' | 'given_up';

interface ClaimsOptions {
  readonly store: TableStore;
  readonly timing: Timing;
}

/** Decides which process may send a message, and records how it went. A message is one item, so each step is atomic. */
export class Claims {
  readonly #store: TableStore;
  readonly #timing: Timing;

  constructor({ store, timing }: ClaimsOptions) {
    this.#store = store;
    this.#timing = timing;
  }

  /**
   * Reserves the message for one attempt. Call it last before handing the mail over: a message that is reserved and not
   * ended may have been sent.
   * @returns the claim; undefined if another process was faster
   */
  async take({ messageId, state, attempts, dueAt }: PendingMessage): Promise<string | undefined> {
    const claim = newTransactionToken();
    const isAsRead = [compare('state', '=', state), compare('attempts', '=', attempts), compare('dueAt', '=', dueAt)];
    return this.#retry(async () => {
      try {
        await this.#store.write({
          table: OUTBOX,
          update: pendingMailKey(messageId),
          change: { set: { state: 'sending', claim, dueAt: this.#timing.clock() + DOUBT_MS }, add: { attempts: 1n } },
          when: all(exists(), ...isAsRead),
        });
        return claim;
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
        // The reply to an earlier try of this very call may have been lost.
        return error.item?.['claim'] === claim ? claim : undefined;
      }
    });
  }

  /** Frees a message that the provider certainly did not take; it is due again after a while. */
  async release({ messageId, attempts }: PendingMessage, claim: string): Promise<void> {
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempts, 10));
    await this.#retry(() =>
      this.#store
        .write({
          table: OUTBOX,
          update: pendingMailKey(messageId),
          change: { set: { state: 'waiting', dueAt: this.#timing.clock() + waitMs }, remove: ['claim'] },
          when: all(exists(), compare('claim', '=', claim)),
        })
        .catch(ignoreFailedCondition),
    );
  }

  /**
   * Ends a message, also one that another process has claimed: its data is deleted, and how it ended stays until the
   * message would have expired. Ending an ended message has no effect.
   */
  async end({ messageId, createdAt }: Pick<PendingMessage, 'messageId' | 'createdAt'>, end: End): Promise<void> {
    const set = {
      state: end,
      endedAt: isoTime(this.#timing.clock()),
      [EXPIRES_AT]: messageEnd(Date.parse(createdAt)),
    };
    await this.#retry(() =>
      commit<'ended'>(this.#store, [
        { write: { table: OUTBOX, delete: pendingMailKey(messageId), when: exists() }, otherwise: () => 'ended' },
        { write: { table: OUTBOX, update: messageKey(messageId), change: { set } } },
      ]),
    );
  }

  #retry<T>(attempt: () => Promise<T>): Promise<T> {
    return retry(REQUEST_RETRY, this.#timing, attempt);
  }
}

function ignoreFailedCondition(error: unknown): void {
  if (!(error instanceof ConditionFailed)) throw error;
}
