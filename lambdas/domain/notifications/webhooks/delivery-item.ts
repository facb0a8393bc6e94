import { createHash } from 'node:crypto';
import { encodeTime } from 'ulid';
import { z } from 'zod';
import { deliveryAttemptSchema, type WebhookDelivery, webhookDeliverySchema } from '../../../contracts/http/webhooks';
import { deliveryIdSchema, webhookIdSchema } from '../../../contracts/storage/ids';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { deliveryKey, pendingDeliveryKey } from '../../../contracts/storage/table-keys/outbox';
import { EXPIRES_AT, OUTBOX } from '../../../contracts/storage/tables';
import { HOUR_MS, SECOND_MS } from '../../clock';
import { absent } from '../../table/condition';
import type { GuardedWrite } from '../../table/commit';
import type { Put } from '../../table/table-store';
import type { Item } from '../../table/value';
import { type AccountEvent, decodeAccountEvent } from '../outbox/event';
import { messageEnd } from '../outbox/outbox';

/** The log has the latest attempts of a delivery; three days of retries are ten. */
const ATTEMPTS_KEPT_MAX = 20;
/** The last attempt is made this long before the log of the delivery expires. */
const END_MARGIN_MS = HOUR_MS;
const ULID_TIME_CHARACTERS = 10;
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** One delivery of an event to a webhook. */
export interface DeliveryName {
  readonly accountId: string;
  readonly webhookId: string;
  readonly deliveryId: string;
}

const attemptSchema = deliveryAttemptSchema.extend({
  status: z.coerce.number().optional(),
  durationMs: z.coerce.number(),
});
export type Attempt = Readonly<z.infer<typeof attemptSchema>>;

export const loggedSchema = z.object({
  webhookId: webhookIdSchema,
  deliveryId: deliveryIdSchema,
  state: z.string(),
  nextAttemptAt: z.string().optional(),
  attempts: z.array(attemptSchema),
});
/** A delivery in the log, with its event so that it can be repeated. */
export type LoggedDelivery = Readonly<z.infer<typeof loggedSchema>> & { readonly event: AccountEvent };

export const decodeDelivery = (item: Item): LoggedDelivery => ({
  ...loggedSchema.parse(item),
  event: decodeAccountEvent(item),
});

export const pendingDeliverySchema = z.object({
  accountId: z.string(),
  webhookId: webhookIdSchema,
  deliveryId: deliveryIdSchema,
  /** Counts the attempts since the delivery was last asked for. */
  attempts: z.coerce.number(),
  /** Epoch milliseconds: when to send next or, during an attempt, when the attempt counts as lost. */
  dueAt: z.coerce.number(),
  /** Epoch milliseconds: when to send for the last time. Absent before the first failure. */
  retryUntil: z.coerce.number().optional(),
});
/** A delivery that is still to be made. It refers to the log for everything else. */
export type PendingDelivery = Readonly<z.infer<typeof pendingDeliverySchema>>;

export const decodePendingDelivery = (item: Item): PendingDelivery => pendingDeliverySchema.parse(item);

/** A delivery as people see it. */
export const deliveryViewOf = ({ event, ...delivery }: LoggedDelivery): WebhookDelivery =>
  webhookDeliverySchema.parse({
    ...delivery,
    messageId: event.messageId,
    event: event.kind,
    createdAt: event.createdAt,
  });

/**
 * The ID of the delivery of an event to a webhook: a ULID of the event's time and a hash. It is the same for every retry,
 * so an event is delivered to a webhook once.
 */
export function deliveryIdOf({ messageId, createdAt }: AccountEvent, webhookId: string): string {
  const hash = createHash('sha256').update(`${webhookId} ${messageId}`).digest().subarray(0, 16);
  const random = [...hash].map((byte) => CROCKFORD.charAt(byte % CROCKFORD.length)).join('');
  return `dlv_${encodeTime(Date.parse(createdAt), ULID_TIME_CHARACTERS)}${random}`;
}

/** Epoch milliseconds of the last moment at which a delivery of the event may be attempted. */
export const deliveryEnd = ({ createdAt }: AccountEvent): number =>
  messageEnd(Date.parse(createdAt)) * SECOND_MS - END_MARGIN_MS;

/**
 * The writes of a new delivery: its log, and that it is to be made.
 * @param options.retryUntil the time of the last attempt. @default it follows from the first failure
 */
export function newDelivery(
  name: DeliveryName,
  event: AccountEvent,
  { now, retryUntil }: { readonly now: number; readonly retryUntil?: number },
): readonly GuardedWrite<never>[] {
  const { accountId, webhookId, deliveryId } = name;
  const logged = {
    ...deliveryKey(accountId, webhookId, deliveryId),
    ...event,
    webhookId,
    deliveryId,
    state: 'pending',
    nextAttemptAt: isoTime(now),
    attempts: [],
    [EXPIRES_AT]: messageEnd(Date.parse(event.createdAt)),
  };
  return [
    { write: { table: OUTBOX, put: logged, when: absent() } },
    { write: putPending(name, event, { now, ...(retryUntil !== undefined && { retryUntil }) }) },
  ];
}

/** The write that makes a delivery due now. It replaces one that waits. */
export function putPending(
  { accountId, webhookId, deliveryId }: DeliveryName,
  { createdAt }: AccountEvent,
  { now, retryUntil }: { readonly now: number; readonly retryUntil?: number },
): Put {
  return {
    table: OUTBOX,
    put: {
      ...pendingDeliveryKey(deliveryId),
      accountId,
      webhookId,
      deliveryId,
      attempts: 0,
      dueAt: now,
      ...(retryUntil !== undefined && { retryUntil }),
      [EXPIRES_AT]: messageEnd(Date.parse(createdAt)),
    },
  };
}

/** The attempts as they are stored after one more. */
export const encodeAttempts = (attempts: readonly Attempt[], last: Attempt): readonly Item[] =>
  [...attempts, last].slice(-ATTEMPTS_KEPT_MAX).map(({ at, outcome, status, durationMs }) => ({
    at,
    outcome,
    durationMs,
    ...(status !== undefined && { status }),
  }));
