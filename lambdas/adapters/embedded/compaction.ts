import { TABLES } from '../../contracts/storage/tables';
import { encodeJsonItem } from '../attribute-values';
import { Journal } from './journal';
import type { JournalWrite } from './journal-entries';
import { JOURNAL_VERSION } from './journal-entries';
import type { JournalFiles } from './journal-files';
import type { State } from './replay';

const LINE_ITEMS_MAX = 100;

/** Where a compaction writes before its file takes the journal's place. */
export const freshName = (file: string): string => `${file}.compacting`;

/**
 * Writes a journal of nothing but the present state and puts it in the old one's place.
 * A failure on the way, a full disk for one, leaves the old one as it was.
 */
export function compact(files: JournalFiles, file: string, state: State, now: number): void {
  const fresh = freshName(file);
  // One that a crash left behind is of no use.
  files.remove(fresh);
  const opened = files.open(fresh);
  try {
    const journal = new Journal(opened, 0);
    journal.append({ journal: JOURNAL_VERSION, commit: state.commit });
    journal.append({ commit: state.commit, writes: [], tokens: state.tokens.alive(now) });
    for (const writes of batches(state)) journal.append({ commit: state.commit, writes });
    // The name must never come to stand for lines that are not on the disk yet.
    journal.sync();
  } finally {
    opened.close();
  }
  files.rename(fresh, file);
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
