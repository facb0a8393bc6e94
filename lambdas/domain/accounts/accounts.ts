import { ulid } from 'ulid';
import { accountIdSchema } from '../../contracts/ids';
import { accountKey, directoryKey, directoryPartition, isoTime, SHARDS } from '../../contracts/table-keys';
import { ACCOUNTS } from '../../contracts/tables';
import type { Clock } from '../clock';
import { absent } from '../table/condition';
import { TransactionCancelled } from '../table/table-errors';
import type { TableStore } from '../table/table-store';
import { everyItem } from '../table/every-item';

/** The paying tenants, and the directory that lists them without a scan. */
export class Accounts {
  readonly #store: TableStore;
  readonly #clock: Clock;

  constructor(options: { readonly store: TableStore; readonly clock: Clock }) {
    this.#store = options.store;
    this.#clock = options.clock;
  }

  /**
   * Creates an account; without effect when the given one exists, so that it can be repeated.
   * @param account.accountId @default a new id
   */
  async create(account: { readonly accountId?: string } = {}): Promise<string> {
    const createdAt = this.#clock();
    const accountId = accountIdSchema.parse(account.accountId ?? `acc_${ulid(createdAt)}`);
    const put = { createdAt: isoTime(createdAt) };
    try {
      await this.#store.transact([
        { table: ACCOUNTS, put: { ...accountKey(accountId), ...put }, when: absent() },
        { table: ACCOUNTS, put: { ...directoryKey(accountId), ...put }, when: absent() },
      ]);
    } catch (error) {
      if (!(error instanceof TransactionCancelled) || error.reasons[0]?.code !== 'ConditionFailed') throw error;
    }
    return accountId;
  }

  async exists(accountId: string): Promise<boolean> {
    return (await this.#store.get({ table: ACCOUNTS, key: accountKey(accountId) })) !== undefined;
  }

  list(): AsyncGenerator<string> {
    return everyAccount(this.#store);
  }
}

/** Every account's id, in no useful order. */
export async function* everyAccount(store: TableStore): AsyncGenerator<string> {
  for (const shard of SHARDS) {
    for await (const { sk } of everyItem(store, { table: ACCOUNTS, partition: directoryPartition(shard) })) {
      if (typeof sk === 'string') yield sk;
    }
  }
}
