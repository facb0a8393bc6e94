import type { Place, PersonIds, StoredItem } from '../../../contracts/storage/stored-item';
import { accountIdSchema } from '../../../contracts/storage/ids';
import { MEMBERSHIP_PREFIX, personKey } from '../../../contracts/storage/table-keys/accounts';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import { subjectOf } from '../../identity/subject';
import { PersonNotFound } from '../../people/people-errors';
import { everyItem } from '../../table/every-item';
import type { TableStore } from '../../table/table-store';

/** The account or the person that a workflow is about. */
export type DataSubject =
  | {
      readonly ownerId: string;
      readonly kind: 'account';
      /** The members of an account that is being erased. */
      readonly memberIds?: readonly string[];
    }
  | { readonly ownerId: string; readonly kind: 'person'; readonly ids: PersonIds };

/** @throws PersonNotFound */
export async function dataSubject(store: TableStore, ownerId: string): Promise<DataSubject> {
  if (ownerId.startsWith('acc_')) return { ownerId, kind: 'account' };
  const item = await store.get({ table: ACCOUNTS, key: personKey(ownerId) });
  if (item === undefined) throw new PersonNotFound();
  const accountIds: string[] = [];
  const memberships = { table: ACCOUNTS, partition: ownerId, sort: { beginsWith: MEMBERSHIP_PREFIX } };
  for await (const { accountId } of everyItem(store, memberships)) accountIds.push(accountIdSchema.parse(accountId));
  return { ownerId, kind: 'person', ids: { personId: ownerId, subject: subjectOf(item), accountIds } };
}

/** Where the items of a kind are that belong to a subject. */
export function placesOf(item: StoredItem, subject: DataSubject): readonly Place[] {
  if (subject.kind === 'account') return item.ofAccount?.(subject.ownerId, subject.memberIds ?? []) ?? [];
  return item.ofPerson?.(subject.ids) ?? [];
}
