import { z } from 'zod';
import { personIdSchema } from '../../contracts/ids';
import { personKey } from '../../contracts/table-keys';
import { ACCOUNTS } from '../../contracts/tables';
import { exists } from '../table/condition';
import type { Check } from '../table/table-store';
import type { Item } from '../table/value';

const personSchema = z.object({
  personId: personIdSchema,
  createdAt: z.iso.datetime(),
  /** When the person stated that they are 18 or older. */
  attestedAt: z.iso.datetime().optional(),
});

/** Somebody who signed in here once. Who it is, only the user pool knows. */
export type Person = Readonly<z.infer<typeof personSchema>>;

export const decodePerson = (item: Item): Person => personSchema.parse(item);

/** Nobody has a key before they stated their age. */
export const isAdult = (personId: string): Check => ({
  ...{ table: ACCOUNTS, check: personKey(personId), when: exists('attestedAt') },
});
