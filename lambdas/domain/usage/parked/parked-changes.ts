import { z } from 'zod';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { parkedKey, parkedPartition, USAGE_RECORDS_PREFIX } from '../../../contracts/storage/table-keys/usage';
import { EXPIRES_AT, USAGE } from '../../../contracts/storage/tables';
import { type Clock, DAY_MS, SECOND_MS } from '../../clock';
import { everyItem } from '../../table/every-item';
import type { TableStore } from '../../table/table-store';
import type { Item, Key } from '../../table/value';

/** The readers of the stream of usage records. */
export const READERS = ['receipts', 'spend'] as const;
export type Reader = (typeof READERS)[number];

/** As long as usage records are kept by default: the record of an older change is gone, and cannot be replayed. */
const PARKED_DAYS = 90;

/** A change that its reader cannot process, however often it is delivered. It has the item's key and none of its content. */
export interface UnprocessableChange {
  /** The stream's ID of the change. */
  readonly changeId: string;
  /** The key of the changed item; absent if the change does not even have one. */
  readonly key?: Key | undefined;
  /** The name of the error. */
  readonly cause: string;
}

export const parkedSchema = z.object({
  changeId: z.string(),
  cause: z.string(),
  parkedAt: z.string(),
  accountId: z.string().optional(),
  requestId: z.string().optional(),
});

/** A parked change, with the record that it is about. */
export type ParkedChange = Readonly<z.infer<typeof parkedSchema>>;

/**
 * The IDs of changes that were set aside, so that the changes after them are not held up. An operator replays them once
 * the cause is fixed, from the usage records themselves.
 */
export class ParkedChanges {
  readonly #store: TableStore;
  readonly #clock: Clock;

  constructor({ store, clock }: { readonly store: TableStore; readonly clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Parking a change again has no effect on a replay. */
  async park(reader: Reader, changes: readonly UnprocessableChange[]): Promise<void> {
    const now = this.#clock();
    for (const { changeId, key, cause } of changes) {
      const put: Item = {
        ...parkedKey(reader, changeId),
        changeId,
        cause,
        parkedAt: isoTime(now),
        ...recordIds(key),
        [EXPIRES_AT]: Math.floor((now + PARKED_DAYS * DAY_MS) / SECOND_MS),
      };
      await this.#store.write({ table: USAGE, put });
    }
  }

  async *of(reader: Reader): AsyncGenerator<ParkedChange, void> {
    for await (const item of everyItem(this.#store, { table: USAGE, partition: parkedPartition(reader) }))
      yield decodeParked(item);
  }

  async remove(reader: Reader, { changeId }: ParkedChange): Promise<void> {
    await this.#store.write({ table: USAGE, delete: parkedKey(reader, changeId) });
  }
}

/** The account and the request of a record's key; empty for the key of another item. */
export function recordIds(key: Key | undefined): { readonly accountId?: string; readonly requestId?: string } {
  if (!key?.pk.startsWith(USAGE_RECORDS_PREFIX)) return {};
  const [accountId = ''] = key.pk.split('#');
  return { accountId, requestId: key.sk };
}

export const decodeParked = (item: Item): ParkedChange => parkedSchema.parse(item);
