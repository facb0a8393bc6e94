import { MEMBERSHIP_PREFIX } from '../../contracts/storage/table-keys/accounts';
import { ACCOUNTS } from '../../contracts/storage/tables';
import { LimitReached } from '../errors/refusal';
import type { TableStore } from '../table/table-store';

export const ACCOUNTS_OF_PERSON_MAX = 50;

/** A person's accounts, as a query of the accounts table. */
export const membershipsOf = (personId: string) => ({
  table: ACCOUNTS,
  partition: personId,
  sort: { beginsWith: MEMBERSHIP_PREFIX },
});

/**
 * Keeps lists short. It is not an exact limit: two concurrent requests may both pass.
 * @throws LimitReached
 */
export async function requireAccountLimit(store: TableStore, personId: string): Promise<void> {
  const { items } = await store.query({ ...membershipsOf(personId), limit: ACCOUNTS_OF_PERSON_MAX });
  if (items.length >= ACCOUNTS_OF_PERSON_MAX) throw new LimitReached('accounts of one person', ACCOUNTS_OF_PERSON_MAX);
}
