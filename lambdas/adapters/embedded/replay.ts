import { decodeItem, decodeKey } from '../attribute-values';
import { IdempotencyTokens } from './idempotency-tokens';
import type { Commit, Header } from './journal-entries';
import { decodeLine, JOURNAL_VERSION, JournalCorrupt } from './journal-entries';
import { MemoryTables } from './memory-tables';

/** The state of a store. All of it can be rebuilt from the journal. */
export interface State {
  readonly tables: MemoryTables;
  readonly tokens: IdempotencyTokens;
  /** The number of the last commit. */
  commit: number;
}

export const emptyState = (): State => ({ tables: new MemoryTables(), tokens: new IdempotencyTokens(), commit: 0 });

const NEWLINE = 0x0a;

/**
 * Rebuilds the state from a journal. An incomplete last line is ignored, because its commit was never acknowledged.
 * @returns the state, and the number of bytes in complete lines
 * @throws JournalCorrupt when a line is damaged, missing or out of place
 */
export function replay(file: string, content: Uint8Array): { state: State; length: number } {
  const state = emptyState();
  const decoder = new TextDecoder();
  let snapshot = 0;
  let length = 0;
  for (let line = 1, end = content.indexOf(NEWLINE); end !== -1; line++, end = content.indexOf(NEWLINE, length)) {
    const entry = decodeLine(decoder.decode(content.subarray(length, end)));
    const bytes = end + 1 - length;
    length = end + 1;
    if (entry === undefined) throw new JournalCorrupt(file, line, 'this line is damaged');
    if (isHeader(entry) !== (line === 1)) throw new JournalCorrupt(file, line, 'this line is out of place');
    if (isHeader(entry)) {
      if (entry.journal !== JOURNAL_VERSION)
        throw new JournalCorrupt(
          file,
          line,
          `the journal has format version ${entry.journal}, but this release reads version ${JOURNAL_VERSION}`,
        );
      snapshot = entry.commit;
      state.commit = entry.commit;
      continue;
    }
    const isNext = entry.commit === state.commit + 1 || (entry.commit === snapshot && state.commit === snapshot);
    if (!isNext) throw new JournalCorrupt(file, line, `commit ${state.commit + 1} is missing before this line`);
    apply(state, entry, bytes);
  }
  return { state, length };
}

const isHeader = (entry: Header | Commit): entry is Header => 'journal' in entry;

function apply(state: State, { commit, writes, tokens = [] }: Commit, bytes: number): void {
  state.commit = commit;
  for (const write of writes) {
    if ('put' in write)
      state.tables.put(write.table, decodeKey(write.put), decodeItem(write.put), bytes / writes.length);
    else state.tables.remove(write.table, { pk: write.gone[0], sk: write.gone[1] });
  }
  for (const token of tokens) state.tokens.add(token);
}
