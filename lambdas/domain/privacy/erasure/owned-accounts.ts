import { accountKey } from '../../../contracts/storage/table-keys/accounts';
import { runningErasureKey } from '../../../contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import { decodeMembership } from '../../accounts/member-item';
import { membershipsOf } from '../../accounts/memberships';
import { everyItem } from '../../table/every-item';
import type { TableStore } from '../../table/table-store';
import { EraseAccountFirst, TransferFirst } from './erasure-errors';

/** The accounts that a person owns. */
export async function ownedBy(store: TableStore, personId: string): Promise<readonly string[]> {
  const owned: string[] = [];
  for await (const item of everyItem(store, membershipsOf(personId))) {
    const { accountId, role } = decodeMembership(item);
    // A membership whose account is erased may be there a moment longer.
    const isThere = role === 'owner' && (await store.get({ table: ACCOUNTS, key: accountKey(accountId) }));
    if (isThere) owned.push(accountId);
  }
  return owned;
}

/** Whether an account or a person has an erasure that is not over. */
export const isBeingErased = async (store: TableStore, ownerId: string): Promise<boolean> =>
  (await store.get({ table: ACCOUNTS, key: runningErasureKey(ownerId) })) !== undefined;

/**
 * An account always has an owner, so a person who owns one can be erased only after it. If its erasure is requested, that
 * of the person waits for it.
 * @throws TransferFirst, EraseAccountFirst
 */
export async function expectNothingOwned(store: TableStore, personId: string): Promise<void> {
  for (const accountId of await ownedBy(store, personId)) {
    if (await isBeingErased(store, accountId)) continue;
    const item = await store.get({ table: ACCOUNTS, key: accountKey(accountId) });
    if (item === undefined) continue;
    throw Number(item['members'] ?? 1) > 1 ? new TransferFirst(accountId) : new EraseAccountFirst(accountId);
  }
}
