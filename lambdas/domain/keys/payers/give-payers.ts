import { personIdSchema } from '../../../contracts/storage/ids';
import { apiKeyKey, keyListingKey } from '../../../contracts/storage/table-keys/keys';
import { memberKey } from '../../../contracts/storage/table-keys/accounts';
import { ACCOUNTS, KEYS } from '../../../contracts/storage/tables';
import type { Clock } from '../../clock';
import { commit } from '../../table/commit';
import { absent, all, exists } from '../../table/condition';
import { retry, REQUEST_RETRY, systemTiming } from '../../table/retry';
import type { TableStore } from '../../table/table-store';
import { everyListing } from '../key-listing';
import { ownerOf } from './payer';

/**
 * Gives a payer to the keys of an account that have none: the member who made the key or else the owner. Keys of earlier
 * releases have none, and a member's budget can count only keys that say who pays. It can be repeated.
 */
export async function givePayers(
  { store, clock }: { readonly store: TableStore; readonly clock: Clock },
  accountId: string,
): Promise<void> {
  const owner = await ownerOf(store, accountId);
  if (owner === undefined) return;
  const memberOr = async (personId: string | undefined): Promise<string> => {
    const key = personId === undefined ? undefined : memberKey(accountId, personId);
    return key !== undefined && (await store.get({ table: ACCOUNTS, key })) ? String(personId) : owner;
  };
  for await (const { keyId, payer, createdBy } of everyListing(store, accountId)) {
    if (payer !== undefined) continue;
    const change = { set: { payer: await memberOr(personIdSchema.safeParse(createdBy).data) } };
    const when = all(exists(), absent('payer'));
    const otherwise = () => 'has_one' as const;
    await retry(REQUEST_RETRY, systemTiming(clock), () =>
      commit(store, [
        { write: { table: KEYS, update: apiKeyKey(keyId), change, when }, otherwise },
        {
          write: {
            table: KEYS,
            update: keyListingKey(accountId, keyId),
            change: { ...change, add: { version: 1n } },
            when,
          },
          otherwise,
        },
      ]),
    );
  }
}
