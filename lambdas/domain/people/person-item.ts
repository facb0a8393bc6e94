import type { z } from 'zod';
import { personSchema } from '../../contracts/http/people';
import { personKey } from '../../contracts/storage/table-keys';
import { ACCOUNTS } from '../../contracts/storage/tables';
import { exists } from '../table/condition';
import type { Check } from '../table/table-store';
import type { Item } from '../table/value';

/** Somebody who signed in here once. Who it is, only the user pool knows. */
export type Person = Readonly<z.infer<typeof personSchema>>;

export const decodePerson = (item: Item): Person => personSchema.parse(item);

/** Nobody has a key before they stated their age. */
export const isAdult = (personId: string): Check => ({
  table: ACCOUNTS,
  check: personKey(personId),
  when: exists('attestedAt'),
});
