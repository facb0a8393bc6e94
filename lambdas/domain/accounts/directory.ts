import { accountIdSchema } from '../../contracts/storage/ids';
import { directoryKey, directoryPartition } from '../../contracts/storage/table-keys/accounts';
import { SHARDS } from '../../contracts/storage/table-keys/key-parts';
import { ACCOUNTS } from '../../contracts/storage/tables';
import { everyItem } from '../table/every-item';
import type { PageOf, PageRequest } from '../table/page';
import { readPage } from '../table/page';
import type { TableStore } from '../table/table-store';
import type { Item } from '../table/value';

// The directory lists all accounts without a scan, one shard after the other and so in no useful order.

/** The ids of all accounts. */
export async function* everyAccount(store: TableStore): AsyncGenerator<string> {
  for (const shard of SHARDS) {
    for await (const item of everyItem(store, { table: ACCOUNTS, partition: directoryPartition(shard) }))
      yield accountIdOf(item);
  }
}

/** A page of the ids of all accounts. */
export async function pageOfAccounts(store: TableStore, { limit, after }: PageRequest): Promise<PageOf<string>> {
  const items: string[] = [];
  const first = SHARDS.findIndex((shard) => directoryPartition(shard) === after?.pk);
  let within = after;
  for (const shard of SHARDS.slice(Math.max(0, first))) {
    const query = { table: ACCOUNTS, partition: directoryPartition(shard) };
    const page = await readPage(store, query, { limit: limit - items.length, after: within }, accountIdOf);
    items.push(...page.items);
    within = undefined;
    const last = items.at(-1);
    if (items.length === limit && last !== undefined) return { items, next: directoryKey(last) };
  }
  return { items };
}

const accountIdOf = ({ sk }: Item): string => accountIdSchema.parse(sk);
