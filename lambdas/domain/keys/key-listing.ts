import { KEY_LISTING_PREFIX, keyListingKey } from '../../contracts/storage/table-keys/keys';
import { KEYS } from '../../contracts/storage/tables';
import { everyItem } from '../table/every-item';
import type { PageOf, PageRequest } from '../table/page';
import { readPage } from '../table/page';
import type { TableStore } from '../table/table-store';
import type { KeyInfo } from './key-item';
import { decodeKeyListing } from './key-item';

// An account's keys as its members see them, revoked and ended ones included, oldest first.

const listingOf = (accountId: string) => ({
  table: KEYS,
  partition: accountId,
  sort: { beginsWith: KEY_LISTING_PREFIX },
});

export async function readListing(store: TableStore, accountId: string, keyId: string): Promise<KeyInfo | undefined> {
  const item = await store.get({ table: KEYS, key: keyListingKey(accountId, keyId) });
  return item && decodeKeyListing(item);
}

export function pageOfListings(store: TableStore, accountId: string, request: PageRequest): Promise<PageOf<KeyInfo>> {
  return readPage(store, listingOf(accountId), request, decodeKeyListing);
}

/** Reads the keys page by page, because an account that exchanges tokens can have very many. */
export async function* everyListing(store: TableStore, accountId: string): AsyncGenerator<KeyInfo, void> {
  for await (const item of everyItem(store, listingOf(accountId))) yield decodeKeyListing(item);
}
