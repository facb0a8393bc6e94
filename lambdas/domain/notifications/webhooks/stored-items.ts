import { z } from 'zod';
import { DELETED, expires, OF_THE_ACCOUNT } from '../../../contracts/storage/erasure-rule';
import {
  BOOKKEEPING,
  IN_ACCOUNT,
  keyed,
  namedIn,
  personal,
  secret,
  storedItem,
} from '../../../contracts/storage/stored-item';
import { WEBHOOK_PREFIX } from '../../../contracts/storage/table-keys/accounts';
import { SHARDS } from '../../../contracts/storage/table-keys/key-parts';
import {
  deliveriesPartition,
  EVENT_PREFIX,
  eventPartition,
  PENDING_DELIVERY_PREFIX,
  pendingDeliveryPartition,
} from '../../../contracts/storage/table-keys/outbox';
import { ACCOUNTS, OUTBOX } from '../../../contracts/storage/tables';
import { eventSchema } from '../outbox/event';
import { loggedSchema, pendingDeliverySchema } from './delivery-item';
import { storedWebhookSchema } from './webhook-item';

const shown = personal('exported', 'erasable');
const corrected = personal('exported', 'erasable', 'correctable');
const erased = personal('erasable');

/** Accepts the events of an account, and those that are about a person. */
const isAbout = (item: { readonly [name: string]: unknown }, owner: string): boolean =>
  item['accountId'] === owner || (item['data'] as { readonly personId?: string } | undefined)?.personId === owner;

/** The items about webhooks and what is sent to them. */
export const WEBHOOK_ITEMS = [
  storedItem({
    kind: 'webhook',
    about: 'a webhook: its URL, its events, its state and who created it',
    table: ACCOUNTS,
    ends: 'when it is deleted',
    erasure: { account: DELETED, person: OF_THE_ACCOUNT },
    schema: storedWebhookSchema,
    fields: {
      accountId: shown,
      webhookId: shown,
      url: corrected,
      description: corrected,
      events: corrected,
      state: corrected,
      disabledReason: shown,
      disabledAt: shown,
      failingSince: shown,
      createdAt: shown,
      createdBy: shown,
      secrets: secret('erasable'),
      version: BOOKKEEPING,
    },
    is: keyed(IN_ACCOUNT, /^webhook#/),
    ofAccount: (accountId) => [{ partition: accountId, sort: { beginsWith: WEBHOOK_PREFIX } }],
    ofPerson: ({ accountIds }) => accountIds.map((partition) => ({ partition, sort: { beginsWith: WEBHOOK_PREFIX } })),
    belongs: namedIn('createdBy'),
  }),
  storedItem({
    kind: 'account-event',
    about: 'an event that is still to be addressed to the account’s webhooks',
    table: OUTBOX,
    ends: 'when addressed, at most 7 days',
    erasure: { account: DELETED, person: expires(7, 'It is the account’s, and names the person by a pseudonym.') },
    schema: eventSchema,
    fields: { messageId: BOOKKEEPING, accountId: erased, kind: erased, data: erased, createdAt: erased },
    is: keyed(new RegExp(`^${EVENT_PREFIX}`), /^msg_/),
    ofAccount: () => SHARDS.map((shard) => ({ partition: eventPartition(shard) })),
    ofPerson: () => SHARDS.map((shard) => ({ partition: eventPartition(shard) })),
    belongs: isAbout,
  }),
  storedItem({
    kind: 'pending-delivery',
    about: 'a delivery to a webhook that is still to be made',
    table: OUTBOX,
    ends: 'when made, at most 7 days',
    erasure: DELETED,
    schema: pendingDeliverySchema.extend({ claim: z.string().optional() }),
    fields: {
      accountId: erased,
      webhookId: erased,
      deliveryId: BOOKKEEPING,
      attempts: BOOKKEEPING,
      dueAt: BOOKKEEPING,
      retryUntil: BOOKKEEPING,
      claim: BOOKKEEPING,
    },
    is: keyed(new RegExp(`^${PENDING_DELIVERY_PREFIX}`), /^dlv_/),
    ofAccount: () => SHARDS.map((shard) => ({ partition: pendingDeliveryPartition(shard) })),
    belongs: (item, accountId) => item['accountId'] === accountId,
  }),
  storedItem({
    kind: 'webhook-delivery',
    about: 'an event that was sent to a webhook, with its attempts',
    table: OUTBOX,
    ends: '7 days after its event',
    erasure: { account: DELETED, person: expires(7, 'It is the account’s, and names the person by a pseudonym.') },
    schema: loggedSchema.extend(eventSchema.shape),
    fields: {
      webhookId: shown,
      deliveryId: shown,
      state: shown,
      nextAttemptAt: shown,
      attempts: shown,
      messageId: shown,
      accountId: shown,
      kind: shown,
      data: shown,
      createdAt: shown,
    },
    is: keyed(/^deliveries#acc_/, /^whk_/),
    ofAccount: (accountId) => [{ partition: deliveriesPartition(accountId) }],
    ofPerson: ({ accountIds }) => accountIds.map((accountId) => ({ partition: deliveriesPartition(accountId) })),
    belongs: isAbout,
  }),
];
