import { z } from 'zod';
import { supportMessageSchema } from '../../contracts/http/support';
import { DELETED } from '../../contracts/storage/erasure-rule';
import { BOOKKEEPING, keyed, OF_PERSON, personal, storedItem } from '../../contracts/storage/stored-item';
import { THREAD_STATES } from '../../contracts/storage/support';
import { SUPPORT_MESSAGE_PREFIX, THREAD_PREFIX, threadsPartition } from '../../contracts/storage/table-keys/support';
import { ACCOUNTS } from '../../contracts/storage/tables';
import { storedThreadSchema } from './support-items';

const shown = personal('exported', 'erasable');

/** The items about support. */
export const SUPPORT_ITEMS = [
  storedItem({
    kind: 'support-thread',
    about: 'a conversation with the operators: its subject, its times, and what the person thinks of it',
    table: ACCOUNTS,
    ends: 'a year after its last message',
    erasure: DELETED,
    schema: storedThreadSchema,
    fields: {
      threadId: shown,
      subject: shown,
      state: shown,
      openedAt: shown,
      writtenAt: shown,
      writtenBy: shown,
      endsAt: shown,
      survey: personal('exported', 'erasable', 'correctable'),
      messages: BOOKKEEPING,
    },
    is: keyed(OF_PERSON, /^support-thread#/),
    ofPerson: ({ personId }) => [{ partition: personId, sort: { beginsWith: THREAD_PREFIX } }],
  }),
  storedItem({
    kind: 'support-message',
    about: 'a message to the operators or from them',
    table: ACCOUNTS,
    ends: 'after a year',
    erasure: DELETED,
    schema: supportMessageSchema,
    fields: { messageId: shown, by: shown, at: shown, text: shown },
    is: keyed(OF_PERSON, /^support-message#/),
    ofPerson: ({ personId }) => [{ partition: personId, sort: { beginsWith: SUPPORT_MESSAGE_PREFIX } }],
  }),
  storedItem({
    kind: 'support-listing',
    about: 'whose a thread is, in the operators’ list',
    table: ACCOUNTS,
    ends: 'with the thread',
    erasure: DELETED,
    schema: z.object({ personId: z.string() }),
    fields: { personId: personal('erasable') },
    is: keyed(/^support-threads#/, /^sup_/),
    ofPerson: () => THREAD_STATES.map((state) => ({ partition: threadsPartition(state) })),
    belongs: (item, owner) => item['personId'] === owner,
  }),
];
