import type { z } from 'zod';
import { personSchema } from '../../contracts/http/people';
import { personKey } from '../../contracts/storage/table-keys/accounts';
import { ACCOUNTS } from '../../contracts/storage/tables';
import type { GuardedWrite } from '../table/commit';
import { exists } from '../table/condition';
import type { Item } from '../table/value';
import { AttestationRequired } from './people-errors';

/** Someone who has signed in here. Only the user pool knows who it is. */
export type Person = Readonly<z.infer<typeof personSchema>>;

export const decodePerson = (item: Item): Person => personSchema.parse(item);

/** A person must attest to being 18 before they can create a key. */
export const isAdult = (personId: string): GuardedWrite<AttestationRequired> => ({
  write: { table: ACCOUNTS, check: personKey(personId), when: exists('attestedAt') },
  otherwise: () => new AttestationRequired(),
});
