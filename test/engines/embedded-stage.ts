import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import { WALLET } from '../../lambdas/contracts/storage/tables';
import type { TableStore } from '../../lambdas/domain/table/table-store';
import type { Item } from '../../lambdas/domain/table/value';

/** SQLite keeps commits in `-wal` until they are copied into the file, and an index of these commits in `-shm`. */
const SUFFIXES = ['', '-wal', '-shm'] as const;

export const logOf = (file: string): string => `${file}-wal`;
export const filesOf = (file: string): readonly string[] =>
  SUFFIXES.map((suffix) => `${file}${suffix}`).filter((name) => existsSync(name));

export const key = (sk: string) => ({ pk: 'p', sk });
export const put = (store: TableStore, sk: string, attributes: Omit<Item, 'pk' | 'sk'> = {}) =>
  store.write({ table: WALLET, put: { ...key(sk), ...attributes } });
export const get = (store: TableStore, sk: string) => store.get({ table: WALLET, key: key(sk) });
export const sortKeys = async (store: TableStore) =>
  (await store.query({ table: WALLET, partition: 'p', limit: 1_000 })).items.map(({ sk }) => sk);

/** One embedded store on a file, which a test opens as often as it likes. */
export class EmbeddedStage {
  readonly file: string;
  now = Date.UTC(2026, 0, 1);
  readonly #folder: string;
  #opened: EmbeddedStore[] = [];

  /** @param folder an existing one. @default a new temporary folder */
  constructor(folder = mkdtempSync(join(tmpdir(), 'tollgate-embedded-'))) {
    this.#folder = folder;
    this.file = join(folder, 'data', 'store.db');
  }

  readonly clock = (): number => this.now;
  readonly open = (): EmbeddedStore => this.#remember(EmbeddedStore.open(this));
  readonly openReadOnly = (): EmbeddedStore => this.#remember(EmbeddedStore.openReadOnly(this));

  /** Closes every store that the test has opened. */
  async close(): Promise<void> {
    for (const store of this.#opened.splice(0)) await store.close();
  }

  /** Closes the stores and removes the folder. */
  async remove(): Promise<void> {
    await this.close();
    rmSync(this.#folder, { recursive: true });
  }

  #remember(store: EmbeddedStore): EmbeddedStore {
    this.#opened.push(store);
    return store;
  }
}

/**
 * Reads from a store without end, as a long backup does. Until it is released, no commit is copied from the log into the
 * file, so the test decides what the log contains.
 */
export function holdLog(file: string): () => void {
  const reader = new DatabaseSync(file, { readOnly: true });
  reader.exec('begin');
  reader.prepare('select * from facts').all();
  return () => {
    reader.exec('rollback');
    reader.close();
  };
}

/** Copies what a process leaves behind when it is killed. Nothing may write meanwhile, so the caller holds the log. */
export function copyFiles(file: string, to: string, suffixes: readonly string[] = SUFFIXES): void {
  for (const suffix of suffixes) copyFileSync(`${file}${suffix}`, `${to}${suffix}`);
}
