import { z } from 'zod';
import { DELETED, expires } from '../../contracts/storage/erasure-rule';
import { at, BOOKKEEPING, keyed, OF_PERSON, personal, storedItem } from '../../contracts/storage/stored-item';
import { mailPreferencesKey, suppressedAddressKey } from '../../contracts/storage/table-keys/accounts';
import { SHARDS } from '../../contracts/storage/table-keys/key-parts';
import { PENDING_MAIL_PREFIX, pendingMailPartition } from '../../contracts/storage/table-keys/outbox';
import { ACCOUNTS, OUTBOX } from '../../contracts/storage/tables';
import { pendingSchema } from './outbox/message';
import { storedSchema as preferencesSchema } from './people/preferences';
import { storedSchema as suppressionSchema } from './people/suppressions';

const corrected = personal('exported', 'erasable', 'correctable');
const erased = personal('erasable');

/** The person whom a message is for, or whom it names. */
const namesPerson = (item: { readonly [name: string]: unknown }, personId: string): boolean =>
  (item['recipient'] as { readonly personId?: string } | undefined)?.personId === personId;

/** The items about mails. */
export const NOTIFICATION_ITEMS = [
  storedItem({
    kind: 'mail-preferences',
    about: 'which optional mails a person declined',
    table: ACCOUNTS,
    ends: 'with the person',
    erasure: DELETED,
    schema: preferencesSchema,
    fields: { product: corrected, lowBalance: corrected, budget: corrected },
    is: keyed(OF_PERSON, 'mail-preferences'),
    ofPerson: ({ personId }) => [at(mailPreferencesKey(personId))],
  }),
  storedItem({
    kind: 'suppressed-address',
    about: 'an address that bounced or whose owner complained, as a keyed hash',
    table: ACCOUNTS,
    ends: 'after a year',
    erasure: DELETED,
    schema: suppressionSchema.extend({ at: z.string() }),
    fields: { reason: erased, at: erased },
    is: keyed(/^suppressed#/, 'address'),
    ofPerson: ({ addressHash }) => (addressHash === undefined ? [] : [at(suppressedAddressKey(addressHash))]),
  }),
  storedItem({
    kind: 'pending-message',
    about: 'a message that is still to be delivered',
    table: OUTBOX,
    ends: 'when delivered, at most 7 days',
    erasure: DELETED,
    schema: pendingSchema.extend({ claim: z.string().optional() }),
    fields: {
      messageId: BOOKKEEPING,
      audience: BOOKKEEPING,
      kind: erased,
      accountId: erased,
      recipient: erased,
      parameters: erased,
      createdAt: erased,
      state: BOOKKEEPING,
      attempts: BOOKKEEPING,
      dueAt: BOOKKEEPING,
      claim: BOOKKEEPING,
    },
    is: keyed(new RegExp(`^${PENDING_MAIL_PREFIX}`), /^msg_/),
    ofAccount: () => SHARDS.map((shard) => ({ partition: pendingMailPartition(shard) })),
    ofPerson: () => SHARDS.map((shard) => ({ partition: pendingMailPartition(shard) })),
    belongs: (item, owner) => item['accountId'] === owner || namesPerson(item, owner),
  }),
  storedItem({
    kind: 'message-state',
    about: 'how a message ended',
    table: OUTBOX,
    ends: '7 days after its event',
    erasure: expires(7, 'It has a hash of the event, and no address, name or text.'),
    schema: z.object({
      messageId: z.string(),
      kind: z.string(),
      accountId: z.string().optional(),
      state: z.string(),
      endedAt: z.string().optional(),
    }),
    fields: {
      messageId: BOOKKEEPING,
      kind: BOOKKEEPING,
      accountId: BOOKKEEPING,
      state: BOOKKEEPING,
      endedAt: BOOKKEEPING,
    },
    is: keyed(/^message#/, 'message'),
    notFound: 'Its key is a hash of the event, and it is gone after seven days.',
  }),
];
