import type { Clock } from '../../domain/clock';
import { compact, freshName } from './compaction';
import { Journal } from './journal';
import { JOURNAL_VERSION } from './journal-entries';
import type { JournalFiles } from './journal-files';
import type { State } from './replay';
import { emptyState, replay } from './replay';

/** Reads without writing. @returns the state, and the bytes of whole lines. @throws JournalCorrupt */
export function readState(files: JournalFiles, file: string): { state: State; length: number } {
  const content = files.read(file);
  return content === undefined ? { state: emptyState(), length: 0 } : replay(file, content);
}

/** A small journal is not worth compacting. */
const DEAD_BYTES_MIN = 4096;

/** Opens a journal for writing. @throws JournalCorrupt */
export function openJournal(files: JournalFiles, file: string, clock: Clock): { state: State; journal: Journal } {
  let read = readState(files, file);
  const { liveBytes } = read.state.tables;
  const deadBytes = read.length - liveBytes;
  const worthwhile = deadBytes > liveBytes && deadBytes > DEAD_BYTES_MIN;
  if (worthwhile && tryToCompact(files, file, read.state, clock())) read = readState(files, file);
  const journal = new Journal(files.open(file), read.length);
  try {
    if (journal.length === 0) journal.append({ journal: JOURNAL_VERSION, commit: 0 });
  } catch (error) {
    journal.close();
    throw error;
  }
  return { state: read.state, journal };
}

/** A full disk must not keep a store from opening: its journal is whole, only longer than it need be. */
function tryToCompact(files: JournalFiles, file: string, state: State, now: number): boolean {
  try {
    compact(files, file, state, now);
    return true;
  } catch {
    files.remove(freshName(file));
    return false;
  }
}
