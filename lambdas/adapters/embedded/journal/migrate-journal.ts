import { hash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { TABLES } from '../../../contracts/storage/tables';
import { keyOf } from '../../../domain/table/key-of';
import { Database } from '../database';
import { encodeStoredItem } from '../stored-items';
import { sqliteErrorCode } from '../sqlite-error';
import { prepareFile, syncFolder } from '../store-file';
import { encodeLine, JOURNAL_VERSION } from './entries';
import { itemName, type JournalState, readJournal } from './read-journal';

/** A store and the journal that it should have replaced disagree. Neither was changed. */
export class MigrationRefused extends Error {
  override readonly name = 'MigrationRefused';
}

const MIGRATED_FROM = 'migrated-from';
const ITEMS_PER_COMMIT = 5_000;
/** A journal with only a header, of a version that an older release refuses. */
const NOTE = encodeLine({ journal: JOURNAL_VERSION + 1, commit: 0 });

export interface Migration {
  /** The journal in which an older release kept everything. */
  readonly journal: string;
  /** The store's file. */
  readonly file: string;
  /** Facts to record about the store itself. */
  readonly facts: { readonly [name: string]: string };
  /** Whether the journal is left as it is, because its folder is read-only. @default false */
  readonly keepsJournal?: boolean;
}

/** Whether a file is a journal that still holds the data, and not the note that a migration leaves in its place. */
export function holdsData(journal: string): boolean {
  return existsSync(journal) && (statSync(journal).size !== NOTE.length || readFileSync(journal, 'utf8') !== NOTE);
}

/**
 * Moves everything from a journal into a new store, and compares every item before the journal is replaced by a note.
 * A migration that was interrupted starts again, or is completed if the store was already in place.
 * @throws JournalCorrupt when the journal is damaged
 * @throws MigrationRefused when the store differs from the journal
 */
export function migrateJournal({ journal, file, facts, keepsJournal = false }: Migration): void {
  const content = readFileSync(journal);
  const digest = hash('sha256', content, 'hex');
  if (!existsSync(file)) move(journal, file, readJournal(journal, content), { ...facts, [MIGRATED_FROM]: digest });
  else if (digestIn(file) !== digest) {
    throw new MigrationRefused(
      `An older release wrote to ${journal} after its data had been moved to ${file}. Move one of the two files away.`,
    );
  }
  if (keepsJournal) return;
  leaveNote(journal);
  // An older release that was killed while it shortened its journal has left a copy of the data.
  rmSync(`${journal}.compacting`, { force: true });
}

function digestIn(file: string): string | undefined {
  const database = Database.openReadOnly(file);
  try {
    return database.fact(MIGRATED_FROM);
  } finally {
    database.close();
  }
}

function move(journal: string, file: string, state: JournalState, facts: Migration['facts']): void {
  const unfinished = `${file}.migrating`;
  removeFiles(unfinished);
  try {
    writeStore(unfinished, state, facts);
    // Only the file itself is renamed, so nothing may be left in its write-ahead log.
    if (existsSync(`${unfinished}-wal`)) throw diskFull(journal);
    verify(unfinished, state);
  } catch (error) {
    removeFiles(unfinished);
    throw sqliteErrorCode(error) === 'ENOSPC' ? diskFull(journal) : error;
  }
  flush(unfinished);
  renameSync(unfinished, file);
  syncFolder(dirname(file));
}

function removeFiles(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
}

const diskFull = (journal: string): MigrationRefused =>
  new MigrationRefused(
    `The disk has too little space to move the data of ${journal} into a new file. Free some, and start again.`,
  );

function writeStore(file: string, state: JournalState, facts: Migration['facts']): void {
  prepareFile(file);
  const database = Database.open(file);
  try {
    fill(database, state, facts);
  } finally {
    // The last connection copies the write-ahead log into the file.
    database.close();
  }
}

function fill(database: Database, { items, tokens }: JournalState, facts: Migration['facts']): void {
  let written = 0;
  database.begin();
  for (const { table, key, item } of items.values()) {
    database.put(table, key, item);
    written += 1;
    if (written % ITEMS_PER_COMMIT > 0) continue;
    database.commit();
    database.begin();
  }
  for (const token of tokens.values()) database.putToken(token);
  for (const [name, value] of Object.entries(facts)) database.putFact(name, value);
  database.commit();
}

/** @throws MigrationRefused when the store lacks an item, or has one that the journal lacks */
function verify(file: string, { items }: JournalState): void {
  const database = Database.openReadOnly(file, true);
  let found = 0;
  try {
    for (const table of TABLES) {
      for (const stored of database.items(table.name)) {
        const name = itemName(table.name, keyOf({ table, put: stored }));
        const original = items.get(name)?.item;
        if (original === undefined || encodeStoredItem(original) !== encodeStoredItem(stored)) {
          throw new MigrationRefused(
            `The migrated store differs from the journal at ${name}. The journal is unchanged.`,
          );
        }
        found += 1;
      }
    }
  } finally {
    database.close();
  }
  if (found !== items.size) {
    throw new MigrationRefused(`The migrated store has ${found} of ${items.size} items. The journal is unchanged.`);
  }
}

/**
 * Replaces the journal by a header that an older release refuses, so that it cannot start with empty tables. The data
 * itself must not stay behind, because nothing there would ever expire.
 */
function leaveNote(journal: string): void {
  const note = `${journal}.moved`;
  writeFileSync(note, NOTE, { mode: 0o600 });
  flush(note);
  renameSync(note, journal);
  syncFolder(dirname(journal));
}

function flush(file: string): void {
  const descriptor = openSync(file, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
