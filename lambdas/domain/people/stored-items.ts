import { z } from 'zod';
import { personSchema } from '../../contracts/http/people';
import { DELETED } from '../../contracts/storage/erasure-rule';
import { at, keyed, OF_PERSON, personal, storedItem } from '../../contracts/storage/stored-item';
import { operatorKey, OPERATORS_PARTITION, personKey, subjectKey } from '../../contracts/storage/table-keys/accounts';
import { ACCOUNTS } from '../../contracts/storage/tables';

const shown = personal('exported', 'erasable');

/** The items about people. */
export const PEOPLE_ITEMS = [
  storedItem({
    kind: 'person',
    about: 'a person: when they first signed in and stated their age, and the user pool’s ID of them',
    table: ACCOUNTS,
    ends: 'with the person',
    erasure: DELETED,
    schema: personSchema.extend({ subject: z.string() }),
    fields: { personId: shown, createdAt: shown, attestedAt: shown, erasingSince: shown, subject: shown },
    is: keyed(OF_PERSON, 'person'),
    ofPerson: ({ personId }) => [at(personKey(personId))],
  }),
  storedItem({
    kind: 'subject',
    about: 'which person a user of the user pool is',
    table: ACCOUNTS,
    ends: 'with the person',
    erasure: DELETED,
    schema: z.object({ personId: z.string() }),
    fields: { personId: personal('erasable') },
    is: keyed(/^subject#/, 'person'),
    ofPerson: ({ subject }) => [at(subjectKey(subject))],
  }),
  storedItem({
    kind: 'operator',
    about: 'that a person is an operator',
    table: ACCOUNTS,
    ends: 'when the operator is dismissed',
    erasure: DELETED,
    schema: z.object({ appointedAt: z.string() }),
    fields: { appointedAt: shown },
    is: keyed(OPERATORS_PARTITION, OF_PERSON),
    ofPerson: ({ personId }) => [at(operatorKey(personId))],
  }),
];
