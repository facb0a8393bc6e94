import type { TableSpec } from '../../contracts/storage/tables';
import type { Change, Condition } from './condition';
import type { Item, Key } from './value';

export interface Get {
  readonly table: TableSpec;
  readonly key: Key;
  /** Whether the read sees every acknowledged write. @default true */
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
  /** The most items that a page may contain. @default 100 */
  readonly limit?: number;
  /** @default false: oldest (lowest sort key) first */
  readonly newestFirst?: boolean;
  /** The `next` of the previous page; opaque to callers. */
  readonly after?: Key;
  /** @default true */
  readonly consistent?: boolean;
}

export interface Page {
  readonly items: readonly Item[];
  /** Present when more items may follow. Even a short or empty page may have a next one. */
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

/** The most writes and checks that one transaction may have. */
export const TRANSACTION_WRITES_MAX = 100;

/**
 * The only way to reach stored data. Two engines implement it, DynamoDB and the embedded one, and one
 * contract suite (test/engines/table-store.contract.ts) covers both.
 *
 * Reads never return an item whose `expiresAt` has passed, however late the engine removes it.
 * A failure is always one of the errors of ./table-errors.ts.
 */
export interface TableStore {
  get(get: Get): Promise<Item | undefined>;
  query(query: Query): Promise<Page>;
  /**
   * Writes one item. Resolves to the previous item, if there was one.
   * @throws ConditionFailed with the current item
   */
  write(write: Write): Promise<Item | undefined>;
  /**
   * Writes up to TRANSACTION_WRITES_MAX items, all or none. A repeat with the same token and the same writes within ten minutes is
   * acknowledged without writing.
   * @param token 1 to 36 characters
   * @throws TransactionCancelled, or IdempotencyMismatch when the token was used before with other writes
   */
  transact(writes: readonly (Write | Check)[], token?: string): Promise<void>;
}
