import type { TableSpec } from '../../lambdas/contracts/storage/tables';
import { KEYS, USAGE, WALLET } from '../../lambdas/contracts/storage/tables';
import { larger } from '../../lambdas/domain/money/pico';
import { keyOf } from '../../lambdas/domain/table/key-of';
import type { Check, TableStore, Write } from '../../lambdas/domain/table/table-store';
import type { Item, Key } from '../../lambdas/domain/table/value';
import { countersPartition } from '../../lambdas/contracts/storage/table-keys/keys';
import { CREDITS_PARTITION, paymentKey } from '../../lambdas/contracts/storage/table-keys/wallet';
import { pico, text } from './fields';
import { ACCOUNT_PLACE } from './planned';
import { budgetIdOf, COUNTER_ID } from './intents';
import { LeaseTurns } from './lease-turns';

const SHARDS = Array.from({ length: 16 }, (_, shard) => String(shard).padStart(2, '0'));

/** The places of the budgets that a plan can have. */
const SHARED_PLACES = [0, 1, 2, 3];

export type ItemKind =
  | 'balance'
  | 'drawer'
  | 'hold'
  | 'lease'
  | 'entry'
  | 'payment'
  | 'payment listing'
  | 'usage'
  | 'key'
  | 'key listing'
  | 'counter';

/** The change of one item by one commit. */
export interface ItemChange {
  readonly kind: ItemKind;
  readonly key: Key;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/**
 * A copy of the tables. After each commit, the items that it wrote are read again, so an invariant can see an item's
 * past without reading what did not change.
 */
export class Stored {
  readonly balances = new Map<string, Item>();
  /** The drawers by partition key, which names the account and the drawer. */
  readonly drawers = new Map<string, Item>();
  /** The live holds by request ID; the next map has all holds that ever were. */
  readonly holds = new Map<string, Item>();
  readonly holdsEver = new Map<string, Item>();
  /** The most that was ever held for a request by its own hold, by request ID. */
  readonly mostHeld = new Map<string, bigint>();
  /** The live leases by lease ID. */
  readonly leases = new Map<string, Item>();
  readonly turns = new LeaseTurns();
  /** The entries by account, then by sort key. */
  readonly entries = new Map<string, Map<string, Item>>();
  /** The credited payments by partition key. */
  readonly payments = new Map<string, Item>();
  /** The list of payments by the time of their credit, by sort key. */
  readonly paymentListings = new Map<string, Item>();
  /** The usage records by request ID, including expired ones. */
  readonly usage = new Map<string, Item>();
  readonly keys = new Map<string, Item>();
  readonly keyListings = new Map<string, Item>();
  /** The counters by partition and sort key. */
  readonly counters = new Map<string, Item>();

  async refresh(engine: TableStore, writes: readonly (Write | Check)[]): Promise<readonly ItemChange[]> {
    const changes: ItemChange[] = [];
    for (const write of writes) {
      if (!('check' in write)) changes.push(await this.#read(engine, write.table, keyOf(write)));
    }
    return changes;
  }

  entriesOf(accountId: string): ReadonlyMap<string, Item> {
    return this.entries.get(accountId) ?? new Map<string, Item>();
  }

  drawersOf(accountId: string): readonly Item[] {
    return [...this.drawers].filter(([name]) => accountOf(name) === accountId).map(([, drawer]) => drawer);
  }

  /** The amounts that were held for a request: the most that its own hold had, and its parts of leases. */
  heldFor(requestId: string): readonly bigint[] {
    const most = this.mostHeld.get(requestId);
    return [...(most === undefined ? [] : [most]), ...this.turns.ofRequest(requestId).map((turn) => turn.heldPico)];
  }

  /** The entries of a request's end: the first one, and the adjustment after an expiry. */
  endOf(accountId: string, requestId: string): { readonly end: Item | undefined; readonly late: Item | undefined } {
    const entries = this.entriesOf(accountId);
    return { end: entries.get(`entry#${requestId}`), late: entries.get(`entry#${requestId}#late`) };
  }

  /** All items by the names of `readAll`, except the keys' own items, which no query lists. */
  listed(): ReadonlyMap<string, Item> {
    const listed = new Map<string, Item>();
    const add = (table: TableSpec, item: Item): unknown =>
      listed.set(`${table.name} ${text(item, 'pk')} ${text(item, 'sk')}`, item);
    for (const items of [this.balances, this.drawers, this.holds, this.leases, this.payments, this.paymentListings]) {
      for (const item of items.values()) add(WALLET, item);
    }
    for (const entries of this.entries.values()) for (const item of entries.values()) add(WALLET, item);
    for (const item of this.usage.values()) add(USAGE, item);
    for (const items of [this.keyListings, this.counters]) for (const item of items.values()) add(KEYS, item);
    return listed;
  }

  async #read(engine: TableStore, table: TableSpec, key: Key): Promise<ItemChange> {
    const [kind, items, name] = this.#placeOf(table, key);
    const before = items.get(name);
    const after = await engine.get({ table, key });
    if (after === undefined) items.delete(name);
    else items.set(name, after);
    if (kind === 'hold' && after) {
      this.holdsEver.set(name, after);
      this.mostHeld.set(name, larger(pico(after, 'heldPico'), this.mostHeld.get(name) ?? 0n));
    }
    if (kind === 'lease' && after) this.turns.begin(after);
    if (kind === 'usage' && after) this.turns.end(after);
    return { kind, key, before, after };
  }

  #placeOf(table: TableSpec, { pk, sk }: Key): readonly [kind: ItemKind, items: Map<string, Item>, name: string] {
    if (table === USAGE) return ['usage', this.usage, sk];
    if (table === KEYS && pk.startsWith('counters#')) return ['counter', this.counters, `${pk} ${sk}`];
    if (table === KEYS) return sk === 'key' ? ['key', this.keys, pk] : ['key listing', this.keyListings, sk.slice(4)];
    if (table !== WALLET) throw new Error(`the simulation knows no table ${table.name}`);
    if (sk === 'wallet') return pk.includes('#') ? ['drawer', this.drawers, pk] : ['balance', this.balances, pk];
    if (pk === CREDITS_PARTITION) return ['payment listing', this.paymentListings, sk];
    if (pk.startsWith('payment#')) return ['payment', this.payments, pk];
    if (pk.startsWith('holds#')) {
      const id = sk.slice(sk.indexOf('#') + 1);
      return id.startsWith('lease_') ? ['lease', this.leases, id] : ['hold', this.holds, id];
    }
    const accountId = accountOf(pk);
    let entries = this.entries.get(accountId);
    if (!entries) this.entries.set(accountId, (entries = new Map<string, Item>()));
    return ['entry', entries, sk];
  }
}

/** The account of a partition, whose key may have a shard after the account ID. */
export const accountOf = (partition: string): string => partition.split('#')[0] ?? '';

/** Reads all items of these accounts and payments by table and key, through queries of the public interface. */
export async function readAll(
  engine: TableStore,
  accounts: readonly string[],
  payments: readonly string[],
): Promise<ReadonlyMap<string, Item>> {
  const all = new Map<string, Item>();
  const partitions = [
    ...SHARDS.map((shard) => [WALLET, `holds#${shard}`] as const),
    ...[COUNTER_ID, ...SHARED_PLACES.map(budgetIdOf)].map((id) => [KEYS, countersPartition(id)] as const),
    ...SHARDS.map((part) => [KEYS, countersPartition(`${budgetIdOf(ACCOUNT_PLACE)}#${part}`)] as const),
    [WALLET, CREDITS_PARTITION] as const,
    ...payments.map((paymentId) => [WALLET, paymentKey(paymentId).pk] as const),
    ...accounts.flatMap((partition) => [WALLET, KEYS].map((table) => [table, partition] as const)),
    ...accounts.flatMap((account) =>
      SHARDS.flatMap((shard) => [WALLET, USAGE].map((table) => [table, `${account}#${shard}`] as const)),
    ),
  ];
  for (const [table, partition] of partitions) {
    const { items, next } = await engine.query({ table, partition, limit: 1_000 });
    if (next) throw new Error('a history must fit into one page');
    for (const item of items) all.set(`${table.name} ${partition} ${text(item, 'sk')}`, item);
  }
  return all;
}
