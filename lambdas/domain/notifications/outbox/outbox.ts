import { messageKey, pendingMailKey } from '../../../contracts/storage/table-keys/outbox';
import { EXPIRES_AT, OUTBOX } from '../../../contracts/storage/tables';
import { type Clock, DAY_MS, SECOND_MS } from '../../clock';
import { commit, type GuardedWrite } from '../../table/commit';
import { absent } from '../../table/condition';
import { REQUEST_RETRY, retry, systemTiming, type Timing } from '../../table/retry';
import type { TableStore } from '../../table/table-store';
import { encodePending, type NewMessage } from './message';

/** No trace of a message is older than this. */
export const MESSAGE_DAYS_MAX = 7;

/** Epoch seconds at which the items of a message expire. @param createdAt epoch milliseconds */
export const messageEnd = (createdAt: number): number =>
  Math.floor((createdAt + MESSAGE_DAYS_MAX * DAY_MS) / SECOND_MS);

/** Returns the writes of a message, for the transaction of the event that it is about. */
export type Notify = (message: NewMessage) => readonly GuardedWrite<never>[];

/** For a deployment that sends no mail. */
export const NO_NOTIFY: Notify = () => [];

/** Puts messages into the outbox table. */
export const notifyBy =
  (clock: Clock): Notify =>
  (message) =>
    outboxWrites(message, clock());

/**
 * The writes of one message. They belong into the transaction of the event, so that neither exists without the other.
 * The second time, their condition fails: a message exists once, even after it was delivered.
 * @param now epoch milliseconds
 */
export function outboxWrites(message: NewMessage, now: number): readonly GuardedWrite<never>[] {
  const { messageId, kind, accountId } = message;
  const end = { [EXPIRES_AT]: messageEnd(now) };
  const state = { messageId, kind, ...(accountId !== undefined && { accountId }), state: 'pending' };
  return [
    { write: { table: OUTBOX, put: { ...messageKey(messageId), ...state, ...end }, when: absent() } },
    { write: { table: OUTBOX, put: { ...pendingMailKey(messageId), ...encodePending(message, now), ...end } } },
  ];
}

/**
 * Puts a message into the outbox by itself, for an event that is derived from a stream. Repeating it with the same
 * event has no effect for MESSAGE_DAYS_MAX, longer than any stream repeats a change.
 * @returns whether this call created the message
 * @throws StoreUnavailable
 */
export function notifyOnce(
  { store, clock, timing = systemTiming(clock) }: NotifyOptions,
  message: NewMessage,
): Promise<boolean> {
  const [state, pending] = outboxWrites(message, clock()) as [GuardedWrite<never>, GuardedWrite<never>];
  return retry(REQUEST_RETRY, timing, async () => {
    const refusals = await commit<'exists'>(store, [{ ...state, otherwise: () => 'exists' }, pending]);
    return refusals.length === 0;
  });
}

export interface NotifyOptions {
  readonly store: Pick<TableStore, 'transact'>;
  readonly clock: Clock;
  /** @default the system's */
  readonly timing?: Timing;
}
