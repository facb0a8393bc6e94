import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { EXPIRES_AT, TABLES, type TableName, type TableSpec } from '../../contracts/storage/tables';
import type { Query } from '../../domain/table/table-store';
import type { Item, Key } from '../../domain/table/value';
import { boundsOf } from './sort-ranges';
import { refusingDamage, StoreRefused } from './store-refused';
import { decodeStoredItem, encodeStoredItem } from './stored-items';
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION, TABLES_SCHEMA } from './tables-schema';
import type { UsedToken } from './tokens';

interface Row {
  readonly pk: string;
  readonly sk: string;
  readonly item: string;
}

const EXPIRING = new Set(TABLES.filter(({ expires }) => expires).map(({ name }) => name));

/** The SQL tables of one store, and the statements that read and write them. All of it runs synchronously. */
export class Database {
  readonly #database: DatabaseSync;
  /** Compiling a statement takes longer than running it. */
  readonly #statements = new Map<string, StatementSync>();

  /** @param database opened and in the schema of this release */
  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Opens tables in memory, which are lost when the process ends. */
  static memory(): Database {
    const database = new DatabaseSync(':memory:');
    database.exec(SCHEMA);
    return new Database(database);
  }

  /**
   * Opens a file for writing, and creates the tables in an empty one.
   * @throws StoreRefused when the file is damaged, belongs to another program or has another schema
   */
  static open(file: string): Database {
    return refusingDamage(file, () => {
      const database = new DatabaseSync(file);
      try {
        // A file that is refused stays as it is, so it is checked before SQLite writes to it.
        const isNew = isEmpty(database);
        if (!isNew) checkSchema(database, file);
        // The write-ahead log lets a backup or another process read while this one writes. The store flushes the log
        // itself, outside the event loop, so SQLite need not; it still does before it copies the log into the file.
        const mode = database.prepare('pragma journal_mode = wal').get()?.['journal_mode'];
        if (mode !== 'wal') throw new StoreRefused(file, 'its file system cannot share memory, as network ones cannot');
        // Deleted items are overwritten, because expired and erased data must not stay in unused parts of the file.
        database.exec('pragma synchronous = normal; pragma wal_autocheckpoint = 0; pragma secure_delete = on');
        database.exec(`pragma cache_size = -${CACHE_KIBIBYTES}`);
        database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}; pragma journal_size_limit = ${LOG_BYTES_KEPT}`);
        database.exec(`begin immediate;\n${isNew ? SCHEMA : TABLES_SCHEMA};\ncommit`);
        return new Database(database);
      } catch (error) {
        database.close();
        throw error;
      }
    });
  }

  /**
   * @param isUnchanging whether no process writes to the file and it has no write-ahead log. Only then can a file in a
   * read-only folder be opened without the files that processes share.
   * @throws StoreRefused as `open` does
   */
  static openReadOnly(file: string, isUnchanging = false): Database {
    return refusingDamage(file, () => {
      const url = pathToFileURL(file);
      if (isUnchanging) url.search = '?immutable=1';
      const database = new DatabaseSync(url, { readOnly: true });
      try {
        checkSchema(database, file);
        return new Database(database);
      } catch (error) {
        database.close();
        throw error;
      }
    });
  }

  close(): void {
    this.#database.close();
  }

  begin(): void {
    this.#run('begin immediate');
  }

  commit(): void {
    this.#run('commit');
  }

  /** Does nothing if a failed statement has already rolled the transaction back. */
  rollback(): void {
    if (this.#database.isTransaction) this.#run('rollback');
  }

  get(table: TableName, { pk, sk }: Key): Item | undefined {
    const row = this.#statement(`select item from "${table}" where pk = ? and sk = ?`).get(pk, sk);
    return row === undefined ? undefined : decodeStoredItem(pk, sk, (row as unknown as Row).item);
  }

  put(table: TableName, { pk, sk }: Key, item: Item): void {
    this.#run(
      `insert into "${table}" values (?, ?, ?, ?)
       on conflict do update set item = excluded.item, expires_at = excluded.expires_at`,
      pk,
      sk,
      encodeStoredItem(item),
      expiryOf(table, item),
    );
  }

  remove(table: TableName, { pk, sk }: Key): void {
    this.#run(`delete from "${table}" where pk = ? and sk = ?`, pk, sk);
  }

  /** @returns the first `limit` items of a range, in the requested order */
  range({ table, partition, sort, newestFirst = false, after }: Query, limit: number): readonly Item[] {
    const conditions = ['pk = ?'];
    const values: SQLInputValue[] = [partition];
    for (const [comparison, bound] of boundsOf(sort)) {
      conditions.push(`sk ${comparison} ?`);
      values.push(bound);
    }
    if (after !== undefined) {
      conditions.push(`sk ${newestFirst ? '<' : '>'} ?`);
      values.push(after.sk);
    }
    const order = newestFirst ? 'desc' : 'asc';
    const sql = `select sk, item from "${table.name}" where ${conditions.join(' and ')} order by sk ${order} limit ?`;
    const rows = this.#statement(sql).all(...values, limit) as unknown as readonly Row[];
    return rows.map(({ sk, item }) => decodeStoredItem(partition, sk, item));
  }

  /** Whether no table has an item. */
  isEmpty(): boolean {
    return TABLES.every(({ name }) => this.#statement(`select 1 from "${name}" limit 1`).get() === undefined);
  }

  /** Every item of a table, in the order of the keys. */
  *items(table: TableName): Generator<Item, void> {
    const rows = this.#database.prepare(`select pk, sk, item from "${table}" order by pk, sk`).iterate();
    for (const { pk, sk, item } of rows as Iterable<unknown> as Iterable<Row>) yield decodeStoredItem(pk, sk, item);
  }

  /** @returns the items that expired longest ago, at most `limit`, of those that had expired at `nowSeconds` */
  expired(table: TableSpec, nowSeconds: bigint, limit: number): readonly Item[] {
    const sql = `select pk, sk, item from "${table.name}" where expires_at <= ? order by expires_at limit ?`;
    const rows = this.#statement(sql).all(nowSeconds, limit) as unknown as readonly Row[];
    return rows.map(({ pk, sk, item }) => decodeStoredItem(pk, sk, item));
  }

  token(token: string): UsedToken | undefined {
    const row = this.#statement('select token, fingerprint, used_at as at from tokens where token = ?').get(token);
    return row as unknown as UsedToken | undefined;
  }

  putToken({ token, fingerprint, at }: UsedToken): void {
    this.#run('insert or replace into tokens values (?, ?, ?)', token, fingerprint, at);
  }

  /** @param before epoch milliseconds */
  removeTokens(before: number): void {
    this.#run('delete from tokens where used_at <= ?', before);
  }

  fact(name: string): string | undefined {
    const row = this.#statement('select value from facts where name = ?').get(name);
    return (row as { readonly value: string } | undefined)?.value;
  }

  putFact(name: string, value: string): void {
    this.#run('insert or replace into facts values (?, ?)', name, value);
  }

  #run(sql: string, ...values: readonly SQLInputValue[]): void {
    this.#statement(sql).run(...values);
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/**
 * How long a statement waits, and the event loop with it, for another process that writes, such as the `sqlite3` shell.
 * Readers never make it wait.
 */
const BUSY_TIMEOUT_MS = 100;
/** Enough for the pages that every request reads and writes. The default of 2 MB is not. */
const CACHE_KIBIBYTES = 16 * 1024;
/** A burst can make the write-ahead log longer. It shrinks to this when it starts again from its beginning. */
const LOG_BYTES_KEPT = 16 * 1024 * 1024;

/** Integers beyond the range of JavaScript lie hundreds of millions of years ahead, so they are not indexed. */
function expiryOf(table: TableName, item: Item): number | null {
  const expiresAt = EXPIRING.has(table) ? item[EXPIRES_AT] : undefined;
  if (typeof expiresAt !== 'bigint') return null;
  const seconds = Number(expiresAt);
  return Number.isSafeInteger(seconds) ? seconds : null;
}

function isEmpty(database: DatabaseSync): boolean {
  return database.prepare('select 1 from sqlite_schema limit 1').get() === undefined;
}

function checkSchema(database: DatabaseSync, file: string): void {
  if (isEmpty(database)) throw new StoreRefused(file, 'it is empty');
  const application = database.prepare('pragma application_id').get()?.['application_id'];
  if (application !== APPLICATION_ID) throw new StoreRefused(file, 'it is not a store of Tollgate');
  const version = database.prepare('pragma user_version').get()?.['user_version'];
  if (version !== SCHEMA_VERSION) {
    const problem = `it has format ${String(version)}, but this release reads format ${SCHEMA_VERSION}`;
    throw new StoreRefused(file, problem, 'Start the release that wrote it, or use another folder.');
  }
}
