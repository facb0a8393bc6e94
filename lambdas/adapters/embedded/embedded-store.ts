import { TABLES, type TableSpec } from '../../contracts/storage/tables';
import type { Clock } from '../../domain/clock';
import { keyOf } from '../../domain/table/key-of';
import { StoreUnavailable } from '../../domain/table/table-errors';
import {
  type Check,
  type Get,
  type Page,
  type Query,
  type TableStore,
  TRANSACTION_WRITES_MAX,
  type Write,
} from '../../domain/table/table-store';
import type { Item } from '../../domain/table/value';
import { epochSeconds, isExpired, unlessExpired } from '../expiry';
import { checkKey, checkQuery, checkTransaction, checkWrite } from '../request-rules';
import type { ChangeListener } from './change-records';
import { ChangeListeners } from './change-listeners';
import type { Commits } from './commits';
import { Database } from './database';
import { type Durability, FileCommits } from './file-commits';
import { ImmediateCommits } from './immediate-commits';
import { fingerprintOf } from './fingerprint';
import { hasEffect, type ItemChange, planTransaction, planWrite } from './plan-writes';
import { openForReading, openForWriting } from './store-file';
import { READ_ONLY } from './read-only-commits';
import { onDatabase } from './sqlite-error';
import { isRepeat, TOKEN_LIFETIME_MS, type UsedToken } from './tokens';

export interface EmbeddedStoreOptions {
  /** The store's file. It and its folder are created if needed. */
  readonly file: string;
  readonly clock: Clock;
  /** @default 'power-loss' */
  readonly durability?: Durability;
}

export interface ReadOnlyOptions extends Pick<EmbeddedStoreOptions, 'file' | 'clock'> {
  /** Called once the file is closed. */
  readonly onClose?: () => void;
}

/** The changes of a transaction. */
interface Plan {
  readonly changes: readonly ItemChange[];
  readonly token?: UsedToken | undefined;
  /** Whether the items are removed because they have expired. */
  readonly isExpiry?: boolean;
}

const PAGE_ITEMS_DEFAULT = 100;
const STREAMED = TABLES.filter(({ stream }) => stream);
const ignore = (): void => undefined;

/**
 * The embedded store: one SQLite file for one machine. Conditions and changes are evaluated here and not in SQL, so that
 * they mean exactly what they mean on DynamoDB. One process writes; others may read.
 */
export class EmbeddedStore implements TableStore {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #commits: Commits;
  readonly #listeners: ChangeListeners;
  readonly #release: () => void;
  #isClosed = false;

  /** @param release called after the database is closed */
  private constructor(database: Database, clock: Clock, commits: Commits, { run = 0, release = ignore } = {}) {
    this.#database = database;
    this.#clock = clock;
    this.#commits = commits;
    this.#listeners = new ChangeListeners(run, clock);
    this.#release = release;
  }

  /**
   * Opens a file for writing. The caller must ensure that no other process writes to it.
   * @throws StoreRefused when the file is damaged, or is not a store of this release
   * @throws StoreUnavailable when the file cannot be written to, for example because the disk is full
   */
  static open({ file, clock, durability = 'power-loss' }: EmbeddedStoreOptions): EmbeddedStore {
    const { database, run } = openForWriting(file);
    return new EmbeddedStore(database, clock, new FileCommits(database, file, durability), { run });
  }

  /**
   * Opens a file for reading, even while another process writes to it or if the folder is read-only. Every write throws.
   * @throws StoreRefused when the file is missing or damaged, or is not a store of this release
   */
  static openReadOnly({ file, clock, onClose = ignore }: ReadOnlyOptions): EmbeddedStore {
    const { database, release } = openForReading(file);
    const releaseAll = (): void => {
      release();
      onClose();
    };
    return new EmbeddedStore(database, clock, READ_ONLY, { release: releaseAll });
  }

  /** Opens empty tables that are lost when the process ends. */
  static memory({ clock }: Pick<EmbeddedStoreOptions, 'clock'>): EmbeddedStore {
    const database = Database.memory();
    return new EmbeddedStore(database, clock, new ImmediateCommits(database));
  }

  /** Finishes running commits. Later calls throw StoreUnavailable. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#commits.close();
    this.#database.close();
    this.#release();
  }

  /**
   * Calls the listener once per later commit that changes one of the tables, before the commit's caller resumes.
   * @param tables have a stream. @default all that have one
   * @returns removes the listener
   */
  onChange(listener: ChangeListener, tables: readonly TableSpec[] = STREAMED): () => void {
    return this.#listeners.add(listener, tables);
  }

  /** @param asOf epoch milliseconds: what had expired then is left out. @default now */
  async get({ table, key }: Get, asOf = this.#clock()): Promise<Item | undefined> {
    checkKey(key);
    const stored = this.#read(() => this.#database.get(table.name, key));
    return unlessExpired(table, stored, () => asOf);
  }

  /** @param asOf epoch milliseconds: what had expired then is left out. @default now */
  async query(query: Query, asOf = this.#clock()): Promise<Page> {
    checkQuery(query);
    const { table, partition, limit = PAGE_ITEMS_DEFAULT } = query;
    const stored = this.#read(() => this.#database.range(query, limit));
    const now = epochSeconds(() => asOf);
    const items = stored.filter((item) => !isExpired(table, item, now));
    const last = stored.at(-1);
    // As in DynamoDB, a full page has a `next` even if the next page turns out to be empty.
    return last === undefined || stored.length < limit
      ? { items }
      : { items, next: { pk: partition, sk: last['sk'] as string } };
  }

  async write(write: Write): Promise<Item | undefined> {
    const key = checkWrite(write);
    let before: Item | undefined;
    await this.#transact(() => {
      const change = planWrite(this.#database, write, key);
      before = change.before;
      return { changes: [change] };
    });
    return before;
  }

  async transact(writes: readonly (Write | Check)[], token?: string): Promise<void> {
    const keys = checkTransaction(writes, token);
    const used = token === undefined ? undefined : { token, fingerprint: fingerprintOf(writes), at: this.#clock() };
    await this.#transact(() => {
      if (used !== undefined && isRepeat(used, this.#database.token(used.token))) return { changes: [] };
      return { changes: planTransaction(this.#database, writes, keys), token: used };
    });
  }

  /**
   * Removes expired items, which DynamoDB does by itself, and forgets old tokens.
   * @param asOf epoch milliseconds. @default now
   * @returns the number of items removed
   */
  async removeExpired(asOf = this.#clock()): Promise<number> {
    let removed = 0;
    for (const table of TABLES.filter(({ expires }) => expires)) {
      for (let slice = TRANSACTION_WRITES_MAX; slice === TRANSACTION_WRITES_MAX; removed += slice) {
        const { changes } = await this.#transact(() => ({
          changes: this.#database
            .expired(
              table,
              epochSeconds(() => asOf),
              TRANSACTION_WRITES_MAX,
            )
            .map((before) => ({ table: table.name, key: keyOf({ table, put: before }), before, after: undefined })),
          isExpiry: true,
        }));
        slice = changes.length;
      }
    }
    await this.#commits.run({
      plan: () => asOf - TOKEN_LIFETIME_MS,
      apply: (before) => this.#database.removeTokens(before),
      publish: () => undefined,
    });
    if (removed > 0) await this.#commits.scrub();
    return removed;
  }

  /** Whether no table has an item. */
  isEmpty(): boolean {
    return this.#read(() => this.#database.isEmpty());
  }

  /** Reads a fact about the store itself. */
  fact(name: string): string | undefined {
    return this.#read(() => this.#database.fact(name));
  }

  async putFact(name: string, value: string): Promise<void> {
    await this.#commits.run({
      plan: () => value,
      apply: () => this.#database.putFact(name, value),
      publish: () => undefined,
    });
  }

  #transact(plan: () => Plan): Promise<Plan> {
    return this.#commits.run({
      plan: () => {
        const planned = plan();
        return { ...planned, changes: planned.changes.filter(hasEffect) };
      },
      apply: ({ changes, token }) => {
        for (const { table, key, after } of changes) {
          if (after === undefined) this.#database.remove(table, key);
          else this.#database.put(table, key, after);
        }
        if (token !== undefined) this.#database.putToken(token);
      },
      publish: ({ changes, isExpiry }) => this.#listeners.publish(changes, isExpiry),
    });
  }

  /** @throws StoreUnavailable when the database is closed or cannot be read */
  #read<T>(work: () => T): T {
    if (this.#isClosed) throw new StoreUnavailable('closed');
    return onDatabase(work);
  }
}
