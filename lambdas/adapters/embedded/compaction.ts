import { TABLES } from '../../contracts/storage/tables';
import { encodeJsonItem } from '../attribute-values';
import { Journal } from './journal';
import type { JournalWrite } from './journal-entries';
import { JOURNAL_VERSION } from './journal-entries';
import type { JournalFiles } from './journal-files';
import type { State } from './replay';

const LINE_ITEMS_MAX = 100;

/** The file that a compaction writes before it renames it to the journal's name. */
export const replacementName = (file: string): string => `${file}.compacting`;

/**
 * Replaces a journal with a new one that contains only the current state. If this fails, for example because the disk
 * is full, the old journal is unchanged.
 */
export function compact(files: JournalFiles, file: string, state: State, now: number): void {
  const replacement = replacementName(file);
  // A crash may have left an incomplete file behind.
  files.remove(replacement);
  const opened = files.open(replacement);
  try {
    const journal = new Journal(opened, 0);
    journal.append({ journal: JOURNAL_VERSION, commit: state.commit });
    journal.append({ commit: state.commit, writes: [], tokens: state.tokens.live(now) });
    for (const writes of batches(state)) journal.append({ commit: state.commit, writes });
    // Sync before the rename, so that after a power failure the journal's name never refers to an incomplete file.
    journal.sync();
  } finally {
    opened.close();
  }
  files.rename(replacement, file);
}

function* batches({ tables }: State): Generator<readonly JournalWrite[]> {
  let batch: JournalWrite[] = [];
  for (const { name } of TABLES) {
    for (const item of tables.items(name)) {
      batch.push({ table: name, put: encodeJsonItem(item) });
      if (batch.length < LINE_ITEMS_MAX) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
