/**
 * What a table holds decides who may read it and when it ends (docs/data-map.md).
 * Every table and bucket declares exactly one class.
 */
export type DataClass = 'public' | 'personal' | 'financial' | 'usage' | 'audit' | 'secret';

/** One logical table. Every table has the string keys `pk` and `sk`. */
export interface TableSpec {
  /** The logical name; an engine maps it to its physical table. */
  readonly name: TableName;
  readonly dataClass: DataClass;
  /** Items with `expiresAt` (epoch seconds) end by time. DynamoDB deletes late, so every read filters it. */
  readonly expires: boolean;
  /** Whether change records are published for the stream pipeline. */
  readonly stream: boolean;
}

export type TableName = 'accounts' | 'keys' | 'wallet' | 'usage' | 'rollups' | 'audit' | 'catalog';

/** By time expire in it: invitations, answers for repeats, counts of an hour or a day, and tokens that were exchanged. */
export const ACCOUNTS: TableSpec = { name: 'accounts', dataClass: 'personal', expires: true, stream: false };
/** The counters of minutes expire by time, and keys that came for a token. */
export const KEYS: TableSpec = { name: 'keys', dataClass: 'secret', expires: true, stream: false };
/** Holds the balances, the holds and the entries. Nothing in it expires by time: holds are ended, entries stay. */
export const WALLET: TableSpec = { name: 'wallet', dataClass: 'financial', expires: false, stream: true };
export const USAGE: TableSpec = { name: 'usage', dataClass: 'usage', expires: true, stream: true };
export const ROLLUPS: TableSpec = { name: 'rollups', dataClass: 'public', expires: true, stream: false };
export const AUDIT: TableSpec = { name: 'audit', dataClass: 'audit', expires: true, stream: true };
export const CATALOG: TableSpec = { name: 'catalog', dataClass: 'public', expires: false, stream: false };

export const TABLES: readonly TableSpec[] = [ACCOUNTS, KEYS, WALLET, USAGE, ROLLUPS, AUDIT, CATALOG];

/** The attribute that ends an item by time: epoch seconds, the unit of DynamoDB's TTL. */
export const EXPIRES_AT = 'expiresAt';
