import type { TableName, TableSpec } from '../../contracts/storage/tables';
import type { Clock } from '../../domain/clock';
import { type ChangeListener, changeRecord } from './change-records';
import type { ItemChange } from './plan-writes';

/** Tells listeners about commits. A change that nobody listens to costs nothing. */
export class ChangeListeners {
  readonly #run: number;
  readonly #clock: Clock;
  readonly #tables = new Map<ChangeListener, ReadonlySet<TableName>>();
  /** The tables that have a listener. */
  #followed: ReadonlySet<TableName> = new Set();
  #commit = 0;

  /** @param run numbers the runs of the store's writer */
  constructor(run: number, clock: Clock) {
    this.#run = run;
    this.#clock = clock;
  }

  /** @returns removes the listener */
  add(listener: ChangeListener, tables: readonly TableSpec[]): () => void {
    this.#tables.set(listener, new Set(tables.map(({ name }) => name)));
    this.#update();
    return () => {
      this.#tables.delete(listener);
      this.#update();
    };
  }

  /** @param isExpiry whether the items were removed because they had expired */
  publish(changes: readonly ItemChange[], isExpiry = false): void {
    if (this.#tables.size === 0) return;
    this.#commit += 1;
    const facts = { run: this.#run, commit: this.#commit, at: this.#clock(), isExpiry };
    const published = changes
      .filter(({ table }) => this.#followed.has(table))
      .map((change, index) => ({ table: change.table, record: changeRecord(change, index, facts) }));
    for (const [listener, tables] of this.#tables) {
      const records = published.filter(({ table }) => tables.has(table)).map(({ record }) => record);
      // A listener runs in its own microtask, because it may itself write and its failure must not reach the writer.
      if (records.length > 0) queueMicrotask(() => listener(records));
    }
  }

  #update(): void {
    this.#followed = new Set([...this.#tables.values()].flatMap((tables) => [...tables]));
  }
}
