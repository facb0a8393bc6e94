import { z } from 'zod';
import { keyed, storedItem, usage } from '../../../contracts/storage/stored-item';
import { USAGE } from '../../../contracts/storage/tables';

/** The items about the spend of keys. */
export const SPEND_ITEMS = [
  storedItem({
    kind: 'key-spend',
    about: 'what a key, and the keys that share its counters, spent in an hour',
    table: USAGE,
    ends: 'after 8 days',
    schema: z.object({ costPico: z.bigint() }),
    fields: { costPico: usage('erasable') },
    is: keyed(/^spend#/, /^\d{4}-\d\d-\d\dT\d\d$/),
    notFound: 'It is found through the list of the account’s keys.',
  }),
];
