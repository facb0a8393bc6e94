import type { Clock } from '../../domain/clock';
import { compact, replacementName } from './compaction';
import { Journal } from './journal';
import { JOURNAL_VERSION } from './journal-entries';
import type { JournalFiles } from './journal-files';
import type { State } from './replay';
import { emptyState, replay } from './replay';

/**
 * Reads a journal without changing the file.
 * @returns the state, and the number of bytes in complete lines
 * @throws JournalCorrupt when the file is damaged
 */
export function readState(files: JournalFiles, file: string): { state: State; length: number } {
  const content = files.read(file);
  return content === undefined ? { state: emptyState(), length: 0 } : replay(file, content);
}

/** Compacting is not worthwhile for fewer dead bytes. */
const DEAD_BYTES_MIN = 4096;

/**
 * Opens a journal for writing, and compacts it if more than half of it is dead.
 * @throws JournalCorrupt when the file is damaged
 */
export function openJournal(files: JournalFiles, file: string, clock: Clock): { state: State; journal: Journal } {
  let read = readState(files, file);
  const { liveBytes } = read.state.tables;
  const deadBytes = read.length - liveBytes;
  const isWorthwhile = deadBytes > liveBytes && deadBytes > DEAD_BYTES_MIN;
  if (isWorthwhile && tryToCompact(files, file, read.state, clock())) read = readState(files, file);
  const journal = new Journal(files.open(file), read.length);
  try {
    if (journal.length === 0) journal.append({ journal: JOURNAL_VERSION, commit: 0 });
  } catch (error) {
    journal.close();
    throw error;
  }
  return { state: read.state, journal };
}

/** A full disk must not prevent a store from opening: the old journal is valid, only longer than necessary. */
function tryToCompact(files: JournalFiles, file: string, state: State, now: number): boolean {
  try {
    compact(files, file, state, now);
    return true;
  } catch {
    files.remove(replacementName(file));
    return false;
  }
}
