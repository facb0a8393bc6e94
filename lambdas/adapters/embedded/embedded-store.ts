import { TABLES } from '../../contracts/storage/tables';
import type { Clock } from '../../domain/clock';
import { keyOf } from '../../domain/table/key-of';
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
import { encodeJsonItem } from '../attribute-values';
import { epochSeconds, isExpired, unlessExpired } from '../expiry';
import { checkKey, checkQuery, checkTransaction, checkWrite } from '../request-rules';
import type { ChangeListener } from './change-records';
import { changeRecord } from './change-records';
import type { UsedToken } from './idempotency-tokens';
import { fingerprintOf } from './idempotency-tokens';
import type { Commit, JournalWrite } from './journal-entries';
import type { JournalFiles } from './journal-files';
import { nodeFiles } from './journal-files';
import type { ItemChange } from './memory-tables';
import { openJournal, readState } from './open-journal';
import { hasEffect, planTransaction, planWrite } from './plan-writes';
import type { State } from './replay';
import { emptyState } from './replay';
import { copyItem } from './stored-values';

export interface EmbeddedStoreOptions {
  /** The journal. It and its folder are created if needed. The caller must ensure that no other process writes to it. */
  readonly file: string;
  readonly clock: Clock;
  /** @default the file system */
  readonly files?: JournalFiles;
}

/** Makes commits durable before they are acknowledged. */
interface CommitLog {
  /**
   * @returns the number of bytes written
   * @throws StoreUnavailable when the commit could not be written
   */
  append(commit: Commit): number;
  close(): void;
}

const PAGE_ITEMS_DEFAULT = 100;
const STREAMED = new Set(TABLES.filter((table) => table.stream).map((table) => table.name));

/**
 * The embedded store: tables in the memory of this process, made durable by one journal file. A commit runs
 * synchronously, so nothing can happen between the check of its conditions, its line in the journal and its effect.
 */
export class EmbeddedStore implements TableStore {
  readonly #state: State;
  readonly #clock: Clock;
  readonly #log: CommitLog | undefined;
  readonly #listeners = new Set<ChangeListener>();

  private constructor(state: State, clock: Clock, log?: CommitLog) {
    this.#state = state;
    this.#clock = clock;
    this.#log = log;
  }

  /** @throws JournalCorrupt when the file is damaged */
  static open({ file, clock, files = nodeFiles }: EmbeddedStoreOptions): EmbeddedStore {
    const { state, journal } = openJournal(files, file, clock);
    return new EmbeddedStore(state, clock, journal);
  }

  /** Opens a snapshot of a file, even while another process writes to it. Every write throws. */
  static openReadOnly({ file, clock, files = nodeFiles }: EmbeddedStoreOptions): EmbeddedStore {
    const refuse = (): never => {
      throw new Error('the store was opened read-only');
    };
    return new EmbeddedStore(readState(files, file).state, clock, { append: refuse, close: () => undefined });
  }

  /** Opens empty tables that are lost when the process ends. */
  static memory({ clock }: { readonly clock: Clock }): EmbeddedStore {
    return new EmbeddedStore(emptyState(), clock);
  }

  /** Closes the journal. Later writes throw StoreUnavailable. */
  close(): void {
    this.#log?.close();
  }

  /**
   * Calls the listener once per later commit that changes a table with a stream, before the commit's caller resumes.
   * @returns a function that removes the listener
   */
  onChange(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async get({ table, key }: Get): Promise<Item | undefined> {
    checkKey(key);
    const item = unlessExpired(table, this.#state.tables.get(table.name, key), this.#clock);
    return item && copyItem(item);
  }

  async query(query: Query): Promise<Page> {
    checkQuery(query);
    const { table, partition, limit = PAGE_ITEMS_DEFAULT } = query;
    const read = this.#state.tables.partition(table.name, partition)?.read(query, limit) ?? [];
    const now = epochSeconds(this.#clock);
    const items = read.filter(({ item }) => !isExpired(table, item, now)).map(({ item }) => copyItem(item));
    const last = read.at(-1);
    // As in DynamoDB, a full page has a `next` even if the next page turns out to be empty.
    return last === undefined || read.length < limit ? { items } : { items, next: { pk: partition, sk: last.sk } };
  }

  async write(write: Write): Promise<Item | undefined> {
    const key = checkWrite(write);
    const change = planWrite(this.#state.tables, write, key);
    this.#commit([change], this.#clock());
    return change.before && copyItem(change.before);
  }

  async transact(writes: readonly (Write | Check)[], token?: string): Promise<void> {
    const keys = checkTransaction(writes, token);
    const at = this.#clock();
    const spent = token === undefined ? undefined : { token, fingerprint: fingerprintOf(writes), at };
    if (spent !== undefined && this.#state.tokens.isRepeat(spent.token, spent.fingerprint, at)) return;
    this.#commit(planTransaction(this.#state.tables, writes, keys), at, { token: spent });
  }

  /** Removes expired items, which DynamoDB does by itself. @returns the number of items removed */
  async removeExpired(): Promise<number> {
    const at = this.#clock();
    const now = epochSeconds(() => at);
    const expired = TABLES.filter((table) => table.expires).flatMap((table) =>
      [...this.#state.tables.items(table.name)]
        .filter((item) => isExpired(table, item, now))
        .map((before): ItemChange => ({
          table: table.name,
          key: keyOf({ table, put: before }),
          before,
          after: undefined,
        })),
    );
    for (let first = 0; first < expired.length; first += TRANSACTION_WRITES_MAX) {
      this.#commit(expired.slice(first, first + TRANSACTION_WRITES_MAX), at, { isExpiry: true });
    }
    return expired.length;
  }

  /** All changes happen here: first on disk, then in memory, and then listeners are notified. */
  #commit(
    planned: readonly ItemChange[],
    at: number,
    { token, isExpiry = false }: { token?: UsedToken | undefined; isExpiry?: boolean } = {},
  ): void {
    const changes = planned.filter(hasEffect);
    if (changes.length === 0 && token === undefined) return;
    const { tables, tokens } = this.#state;
    const commit = this.#state.commit + 1;
    const bytes =
      this.#log?.append({ commit, writes: changes.map(journalWrite), ...(token && { tokens: [token] }) }) ?? 0;
    this.#state.commit = commit;
    for (const { table, key, after } of changes) {
      if (after === undefined) tables.remove(table, key);
      else tables.put(table, key, after, bytes / changes.length);
    }
    if (token !== undefined) tokens.add(token);
    if (this.#listeners.size > 0) this.#publish(changes, { commit, at, isExpiry });
  }

  #publish(changes: readonly ItemChange[], facts: { commit: number; at: number; isExpiry: boolean }): void {
    const records = changes
      .filter(({ table }) => STREAMED.has(table))
      .map((change, index) => changeRecord(change, index, facts));
    if (records.length === 0) return;
    // A listener runs in its own microtask, because it may itself write and its failure must not reach the writer.
    for (const listener of this.#listeners) queueMicrotask(() => listener(records));
  }
}

const journalWrite = ({ table, key, after }: ItemChange): JournalWrite =>
  after === undefined ? { table, gone: [key.pk, key.sk] } : { table, put: encodeJsonItem(after) };
