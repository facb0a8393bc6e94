import type { TableSpec } from '../../contracts/storage/tables';
import type { Change, Condition } from './condition';
import type { Item, Key } from './value';

export interface Get {
  readonly table: TableSpec;
  readonly key: Key;
  /** Reads what was last acknowledged. @default true */
  readonly consistent?: boolean;
}

/** The range of sort keys within one partition. Bounds are inclusive. */
export type SortRange =
  | { readonly beginsWith: string }
  | { readonly from: string; readonly to: string }
  | { readonly from: string }
  | { readonly to: string };

export interface Query {
  readonly table: TableSpec;
  readonly partition: string;
  readonly sort?: SortRange;
  /** The most items a page may hold. @default 100 */
  readonly limit?: number;
  /** @default false: oldest (lowest sort key) first */
  readonly newestFirst?: boolean;
  /** The `next` of the page before; opaque to callers. */
  readonly after?: Key;
  /** @default true */
  readonly consistent?: boolean;
}

export interface Page {
  readonly items: readonly Item[];
  /** Present when more items may follow. A page may be short, even empty, and still have a next one. */
  readonly next?: Key;
}

export interface Put {
  readonly table: TableSpec;
  /** Must carry `pk` and `sk`. Replaces the whole item. */
  readonly put: Item;
  readonly when?: Condition;
}

export interface Update {
  readonly table: TableSpec;
  readonly update: Key;
  readonly change: Change;
  readonly when?: Condition;
}

export interface Delete {
  readonly table: TableSpec;
  readonly delete: Key;
  readonly when?: Condition;
}

/** A condition on an item that the transaction does not write. */
export interface Check {
  readonly table: TableSpec;
  readonly check: Key;
  readonly when: Condition;
}

export type Write = Put | Update | Delete;

/**
 * The one way to reach stored data. Two engines implement it, DynamoDB and the embedded one, and one
 * contract suite (test/engines/table-store.contract.ts) holds both to it.
 *
 * Reads never return an item whose `expiresAt` has passed, however late the engine removes it.
 * Failures are the errors of ./table-errors.ts and no others.
 */
export interface TableStore {
  get(get: Get): Promise<Item | undefined>;
  query(query: Query): Promise<Page>;
  /** Writes one item; resolves to the item before, if there was one. A failed condition throws ConditionFailed with it. */
  write(write: Write): Promise<Item | undefined>;
  /**
   * Writes up to 100 items, all or none. A repeat with the same token within ten minutes and the same
   * writes is acknowledged without writing; with other writes it throws IdempotencyMismatch.
   * @param token 1 to 36 characters.
   */
  transact(writes: readonly (Write | Check)[], token?: string): Promise<void>;
}
