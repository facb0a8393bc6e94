import {
  closeSync,
  copyFileSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Database } from './database';
import { onDatabase, sqliteErrorCode } from './sqlite-error';
import { refusingDamage, StoreRefused } from './store-refused';

/** A store contains secrets, so only the owner of the file may read it. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const RUNS = 'runs';

/** Creates the file and its folder if needed. SQLite gives its other files the same mode. */
export function prepareFile(file: string): void {
  // An existing folder keeps its mode, because it may contain other files of the user.
  mkdirSync(dirname(file), { recursive: true, mode: FOLDER_MODE });
  const isNew = !existsSync(file);
  const descriptor = openSync(file, 'a', FILE_MODE);
  // `openSync` applies the mode only when it creates the file.
  fchmodSync(descriptor, FILE_MODE);
  closeSync(descriptor);
  if (isNew) syncFolder(dirname(file));
}

/** Makes a new name survive a power failure. Windows does this by itself and cannot open folders. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/**
 * Opens a store for writing, and creates it if needed.
 * @returns the open database, and the number of this run: sequence numbers of changes ascend across restarts with it
 * @throws StoreRefused when the file is damaged, or is not a store of this release
 * @throws StoreUnavailable when the file cannot be written to, for example because the disk is full
 */
export function openForWriting(file: string): { readonly database: Database; readonly run: number } {
  prepareFile(file);
  return onDatabase(() => {
    const database = Database.open(file);
    try {
      return { database, run: refusingDamage(file, () => nextRun(database)) };
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

function nextRun(database: Database): number {
  const run = Number(database.fact(RUNS) ?? 0) + 1;
  database.begin();
  database.putFact(RUNS, String(run));
  database.commit();
  return run;
}

/** An open database, and what to do once it is closed. */
interface Reading {
  readonly database: Database;
  readonly release: () => void;
}

/**
 * Opens a store for reading, also in a folder that cannot be written to, such as a mounted backup.
 * @throws StoreRefused when the file is missing or is not a store of this release
 */
export function openForReading(file: string): Reading {
  if (!existsSync(file)) throw new StoreRefused(file, 'it does not exist');
  try {
    return { database: Database.openReadOnly(file), release: () => undefined };
  } catch (error) {
    // SQLite needs to create a file beside the store to read its write-ahead log.
    if (sqliteErrorCode(error) !== 'CANTOPEN') throw error;
  }
  if (!hasLog(file)) return { database: Database.openReadOnly(file, true), release: () => undefined };
  return openCopy(file);
}

/** Copies the store and its write-ahead log to where SQLite can read both together. */
function openCopy(file: string): Reading {
  // The folder's mode is 0700.
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-store-'));
  const release = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const copy = join(folder, basename(file));
    copyFileSync(file, copy);
    copyFileSync(logOf(file), logOf(copy));
    return { database: Database.openReadOnly(copy), release };
  } catch (error) {
    release();
    throw error;
  }
}

const logOf = (file: string): string => `${file}-wal`;
const hasLog = (file: string): boolean => (statSync(logOf(file), { throwIfNoEntry: false })?.size ?? 0) > 0;
