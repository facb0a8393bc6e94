import { personIdSchema } from '../../contracts/storage/ids';
import { keyListingKey } from '../../contracts/storage/table-keys/keys';
import { KEYS } from '../../contracts/storage/tables';
import type { UsageRecord } from '../../contracts/storage/usage-record';
import { inParallel } from '../in-parallel';
import type { TableStore } from '../table/table-store';
import type { Attribution, AttributionsOf } from '../usage/rollups/targets';
import { counterOf } from './counter-of';
import { ownerOf } from './payers/payer';

const CONCURRENT_READS_MAX = 50;

/** Reads the owners of requests. A batch contains few keys, unless most of them were exchanged for tokens. */
export const keyAttributions =
  (store: TableStore): AttributionsOf =>
  async (records) => {
    const keys = new Map(records.map((record) => [record.keyId, record]));
    const read = await inParallel(
      [...keys],
      CONCURRENT_READS_MAX,
      async ([keyId, record]) => [keyId, await attributionOf(store, record)] as const,
    );
    return new Map(read);
  };

/**
 * A record names its payer. One without a payer is of an older release, or was made by a key without one: it counts for
 * the person who made the key, or else for the account's owner.
 */
async function attributionOf(
  store: TableStore,
  { accountId, keyId, payer }: Pick<UsageRecord, 'accountId' | 'keyId' | 'payer'>,
): Promise<Attribution> {
  const [counterId, memberId] = await Promise.all([
    counterOf(store, keyId),
    payer ?? makerOf(store, accountId, keyId).then((maker) => maker ?? ownerOf(store, accountId)),
  ]);
  return { counterId, ...(memberId !== undefined && { memberId }) };
}

async function makerOf(store: TableStore, accountId: string, keyId: string): Promise<string | undefined> {
  const listing = await store.get({ table: KEYS, key: keyListingKey(accountId, keyId), consistent: false });
  return personIdSchema.safeParse(listing?.['createdBy']).data;
}
