/**
 * A data class decides who may read data and how long it is retained (docs/data-map.md). Every table and bucket
 * declares exactly one class.
 */
export type DataClass = 'public' | 'personal' | 'financial' | 'usage' | 'audit' | 'secret';

/** One logical table. Every table has the string keys `pk` and `sk`. */
export interface TableSpec {
  /** The logical name. Each store maps it to a physical table. */
  readonly name: TableName;
  readonly dataClass: DataClass;
  /** Whether items can have an `expiresAt`. DynamoDB deletes late, so every read also filters out expired items. */
  readonly expires: boolean;
  /** Whether the table publishes its changes as a stream. */
  readonly stream: boolean;
}

export type TableName =
  'accounts' | 'keys' | 'wallet' | 'usage' | 'rollups' | 'statistics' | 'audit' | 'catalog' | 'outbox';

/** These items expire: invitations, idempotency records, counts, IDs of exchanged tokens, and hashes of suppressed addresses. */
export const ACCOUNTS: TableSpec = { name: 'accounts', dataClass: 'personal', expires: true, stream: false };
/** These items expire: minute counters, and keys that were exchanged for a token. */
export const KEYS: TableSpec = { name: 'keys', dataClass: 'secret', expires: true, stream: false };
/** Balances, holds and entries. None of them expires by TTL: every hold is ended by a write, and entries are permanent. */
export const WALLET: TableSpec = { name: 'wallet', dataClass: 'financial', expires: false, stream: true };
export const USAGE: TableSpec = { name: 'usage', dataClass: 'usage', expires: true, stream: true };
/** Sums of usage records. They end with the records, and so does the note which records are in them. */
export const ROLLUPS: TableSpec = { name: 'rollups', dataClass: 'usage', expires: true, stream: false };
/** Anonymised aggregates of usage. They name no account and never expire. */
export const STATISTICS: TableSpec = { name: 'statistics', dataClass: 'public', expires: false, stream: false };
export const AUDIT: TableSpec = { name: 'audit', dataClass: 'audit', expires: true, stream: true };
export const CATALOG: TableSpec = { name: 'catalog', dataClass: 'public', expires: false, stream: false };
/** Messages that are still to be delivered, and the state of those that were. All of them expire within seven days. */
export const OUTBOX: TableSpec = { name: 'outbox', dataClass: 'personal', expires: true, stream: true };

export const TABLES: readonly TableSpec[] = [
  ACCOUNTS,
  KEYS,
  WALLET,
  USAGE,
  ROLLUPS,
  STATISTICS,
  AUDIT,
  CATALOG,
  OUTBOX,
];

/** The TTL attribute, in epoch seconds as DynamoDB requires. */
export const EXPIRES_AT = 'expiresAt';
