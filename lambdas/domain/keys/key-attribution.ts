import { personIdSchema } from '../../contracts/storage/ids';
import { keyListingKey } from '../../contracts/storage/table-keys/keys';
import { KEYS } from '../../contracts/storage/tables';
import { inParallel } from '../in-parallel';
import type { TableStore } from '../table/table-store';
import type { Attribution, AttributionsOf } from '../usage/rollups/targets';
import { counterOf } from './counter-of';

const CONCURRENT_READS_MAX = 50;

/** Reads the owners of requests. A batch contains few keys, unless most of them were exchanged for tokens. */
export const keyAttributions =
  (store: TableStore): AttributionsOf =>
  async (records) => {
    const owners = new Map(records.map(({ keyId, accountId }) => [keyId, accountId]));
    const read = await inParallel(
      [...owners],
      CONCURRENT_READS_MAX,
      async ([keyId, accountId]) => [keyId, await attributionOf(store, accountId, keyId)] as const,
    );
    return new Map(read);
  };

async function attributionOf(store: TableStore, accountId: string, keyId: string): Promise<Attribution> {
  const [counterId, listing] = await Promise.all([
    counterOf(store, keyId),
    store.get({ table: KEYS, key: keyListingKey(accountId, keyId), consistent: false }),
  ]);
  const memberId = personIdSchema.safeParse(listing?.['createdBy']).data;
  return { counterId, ...(memberId !== undefined && { memberId }) };
}
