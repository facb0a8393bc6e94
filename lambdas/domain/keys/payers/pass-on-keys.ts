import { TRUST_PREFIX } from '../../../contracts/storage/table-keys/accounts';
import { apiKeyKey, keyListingKey } from '../../../contracts/storage/table-keys/keys';
import { ACCOUNTS, KEYS } from '../../../contracts/storage/tables';
import type { Clock } from '../../clock';
import { commit } from '../../table/commit';
import { compare } from '../../table/condition';
import { everyItem } from '../../table/every-item';
import { sortKeyOf } from '../../table/merged-items';
import { retry, REQUEST_RETRY, systemTiming } from '../../table/retry';
import type { TableStore } from '../../table/table-store';
import { everyListing } from '../key-listing';
import { ownerOf } from './payer';

/**
 * Passes the keys and trusts that a member pays for on to the account's owner, because the member leaves. It can be
 * repeated, and it leaves the keys of other payers alone.
 */
export async function passOnKeys(
  { store, clock }: { readonly store: TableStore; readonly clock: Clock },
  accountId: string,
  from: string,
): Promise<void> {
  const to = await ownerOf(store, accountId);
  if (to === undefined || to === from) return;
  const isTheirs = compare('payer', '=', from);
  const change = { set: { payer: to } };
  const listed = { ...change, add: { version: 1n } };
  const pass = (writes: Parameters<typeof commit<'passed_before'>>[1]): Promise<unknown> =>
    retry(REQUEST_RETRY, systemTiming(clock), () => commit(store, writes));
  const otherwise = () => 'passed_before' as const;
  const trusts = { table: ACCOUNTS, partition: accountId, sort: { beginsWith: TRUST_PREFIX } };
  for await (const item of everyItem(store, trusts)) {
    if (item['payer'] !== from) continue;
    const update = { pk: accountId, sk: sortKeyOf(item) };
    await pass([{ write: { table: ACCOUNTS, update, change, when: isTheirs }, otherwise }]);
  }
  for await (const { keyId, payer } of everyListing(store, accountId)) {
    if (payer !== from) continue;
    await pass([
      { write: { table: KEYS, update: apiKeyKey(keyId), change, when: isTheirs }, otherwise },
      { write: { table: KEYS, update: keyListingKey(accountId, keyId), change: listed, when: isTheirs }, otherwise },
    ]);
  }
}
