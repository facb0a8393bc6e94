import { TABLES } from '../../contracts/storage/tables';

/** Identifies the file as a store of this project; the letters are `Toll`. */
export const APPLICATION_ID = 0x546f6c6c;
/** The version of the schema. A release refuses a file with any other. */
export const SCHEMA_VERSION = 1;

/**
 * One SQL table for each table of the project, clustered by its key, so that a partition is one range of the file.
 * `expires_at` copies the item's attribute, so that expired items are found by an index on time. A file of an earlier
 * release gets the tables that it lacks; an earlier release that opens the file later does not look at them.
 */
export const TABLES_SCHEMA = [
  ...TABLES.map(
    ({ name }) => `create table if not exists "${name}" (
      pk text not null, sk text not null, item text not null, expires_at integer, primary key (pk, sk)
    ) without rowid, strict`,
  ),
  ...TABLES.filter(({ expires }) => expires).map(
    ({ name }) =>
      `create index if not exists "${name}_by_expiry" on "${name}" (expires_at) where expires_at is not null`,
  ),
].join(';\n');

/** The whole schema of a new file. */
export const SCHEMA = [
  `pragma application_id = ${APPLICATION_ID}`,
  `pragma user_version = ${SCHEMA_VERSION}`,
  TABLES_SCHEMA,
  // The idempotency tokens of recent transactions.
  `create table tokens (token text primary key, fingerprint text not null, used_at integer not null) without rowid, strict`,
  `create index tokens_by_time on tokens (used_at)`,
  // Facts about the store itself, by name.
  `create table facts (name text primary key, value text not null) without rowid, strict`,
].join(';\n');
