import { eventKey, messageKey, pendingMailKey } from '../../../contracts/storage/table-keys/outbox';
import { EXPIRES_AT, OUTBOX } from '../../../contracts/storage/tables';
import { type Clock, DAY_MS, SECOND_MS } from '../../clock';
import { commit, type GuardedWrite } from '../../table/commit';
import { absent } from '../../table/condition';
import { REQUEST_RETRY, retry, systemTiming, type Timing } from '../../table/retry';
import type { TableStore } from '../../table/table-store';
import { eventOf } from './event';
import { encodePending, type NewMessage } from './message';

/** No trace of a message is older than this. */
export const MESSAGE_DAYS_MAX = 7;

/** Epoch seconds at which the items of a message expire. @param createdAt epoch milliseconds */
export const messageEnd = (createdAt: number): number =>
  Math.floor((createdAt + MESSAGE_DAYS_MAX * DAY_MS) / SECOND_MS);

/** Returns the writes of a message, for the transaction of the event that it is about. */
export type Notify = (message: NewMessage) => readonly GuardedWrite<never>[];

/** Tells nobody. */
export const NO_NOTIFY: Notify = () => [];

/** Where a message is delivered to. */
export interface Audiences {
  /** Whether people get it by mail. */
  readonly mail: boolean;
  /** Whether the account's webhooks get it, if it is about an account. */
  readonly webhooks: boolean;
}

/** The audiences of an event in a deployment. @param sendsMail whether it sends mail */
export const audiencesOf = (sendsMail: boolean): Audiences => ({ mail: sendsMail, webhooks: true });
/** For commands, which tell nobody. */
export const NOBODY: Audiences = { mail: false, webhooks: false };
/** The audience of a message that is a part of another, for one of its people. */
export const MAIL_ONLY: Audiences = { mail: true, webhooks: false };

/** Puts messages into the outbox table. @param audiences @default people by mail, and webhooks */
export const notifyBy =
  (clock: Clock, audiences = audiencesOf(true)): Notify =>
  (message) =>
    outboxWrites(message, clock(), audiences);

/**
 * The writes of one message. They belong into the transaction of the event, so that neither exists without the other.
 * The second time, their condition fails: a message exists once, even after it was delivered.
 * @param now epoch milliseconds
 * @param audiences @default people by mail, and webhooks
 */
export function outboxWrites(
  message: NewMessage,
  now: number,
  audiences = audiencesOf(true),
): readonly GuardedWrite<never>[] {
  const { messageId, kind, accountId } = message;
  const end = { [EXPIRES_AT]: messageEnd(now) };
  const event = audiences.webhooks ? eventOf(message, now) : undefined;
  if (event === undefined && !audiences.mail) return [];
  const state = audiences.mail ? 'pending' : 'not_mailed';
  const known = { messageId, kind, ...(accountId !== undefined && { accountId }), state };
  const mail = { ...pendingMailKey(messageId), ...encodePending(message, now), ...end };
  return [
    { write: { table: OUTBOX, put: { ...messageKey(messageId), ...known, ...end }, when: absent() } },
    ...(audiences.mail ? [{ write: { table: OUTBOX, put: mail } }] : []),
    ...(event ? [{ write: { table: OUTBOX, put: { ...eventKey(messageId), ...event, ...end } } }] : []),
  ];
}

/**
 * Puts a message into the outbox by itself, for an event that is derived from a stream. Repeating it with the same
 * event has no effect for MESSAGE_DAYS_MAX, longer than any stream repeats a change.
 * @returns whether this call created the message
 * @throws StoreUnavailable
 */
export function notifyOnce(
  { store, clock, timing = systemTiming(clock), audiences = audiencesOf(true) }: NotifyOptions,
  message: NewMessage,
): Promise<boolean> {
  const [state, ...rest] = outboxWrites(message, clock(), audiences);
  if (state === undefined) return Promise.resolve(false);
  return retry(REQUEST_RETRY, timing, async () => {
    const refusals = await commit<'exists'>(store, [{ ...state, otherwise: () => 'exists' }, ...rest]);
    return refusals.length === 0;
  });
}

export interface NotifyOptions {
  readonly store: Pick<TableStore, 'transact'>;
  readonly clock: Clock;
  /** @default the system's */
  readonly timing?: Timing;
  /** @default people by mail, and webhooks */
  readonly audiences?: Audiences;
}
