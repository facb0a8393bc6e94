import type { TableName } from '../../../contracts/storage/tables';
import type { Item, Key } from '../../../domain/table/value';
import { decodeItem, decodeKey } from '../../attribute-values';
import type { UsedToken } from '../tokens';
import type { Commit, Header } from './entries';
import { decodeLine, JOURNAL_VERSION, JournalCorrupt } from './entries';

/** An item of a journal's final state. */
export interface JournalItem {
  readonly table: TableName;
  readonly key: Key;
  readonly item: Item;
}

/** The state that the commits of a journal lead to. */
export interface JournalState {
  /** By table and key. */
  readonly items: ReadonlyMap<string, JournalItem>;
  readonly tokens: ReadonlyMap<string, UsedToken>;
}

const NEWLINE = 0x0a;

/** The name of an item within a journal's state. */
export const itemName = (table: TableName, { pk, sk }: Key): string => JSON.stringify([table, pk, sk]);

/**
 * Replays a journal. An incomplete last line is ignored, because its commit was never acknowledged.
 * @param file its name, for messages
 * @throws JournalCorrupt when a line is damaged, missing or out of place
 */
export function readJournal(file: string, content: Uint8Array): JournalState {
  const items = new Map<string, JournalItem>();
  const tokens = new Map<string, UsedToken>();
  for (const { writes, tokens: used = [] } of commitsOf(file, content)) {
    for (const write of writes) {
      if ('put' in write) {
        const key = decodeKey(write.put);
        items.set(itemName(write.table, key), { table: write.table, key, item: decodeItem(write.put) });
      } else {
        const [pk, sk] = write.gone;
        items.delete(itemName(write.table, { pk, sk }));
      }
    }
    for (const token of used) tokens.set(token.token, token);
  }
  return { items, tokens };
}

function* commitsOf(file: string, content: Uint8Array): Generator<Commit, void> {
  const decoder = new TextDecoder();
  let snapshot = 0;
  let last = 0;
  let start = 0;
  if (!content.includes(NEWLINE)) throw new JournalCorrupt(file, 1, 'the journal is empty');
  for (let line = 1, end = content.indexOf(NEWLINE); end !== -1; line++, end = content.indexOf(NEWLINE, start)) {
    const entry = decodeLine(decoder.decode(content.subarray(start, end)));
    start = end + 1;
    if (entry === undefined) throw new JournalCorrupt(file, line, 'this line is damaged');
    if (isHeader(entry) !== (line === 1)) throw new JournalCorrupt(file, line, 'this line is out of place');
    if (isHeader(entry)) {
      checkVersion(file, entry);
      snapshot = last = entry.commit;
      continue;
    }
    const isNext = entry.commit === last + 1 || (entry.commit === snapshot && last === snapshot);
    if (!isNext) throw new JournalCorrupt(file, line, `commit ${last + 1} is missing before this line`);
    last = entry.commit;
    yield entry;
  }
}

const isHeader = (entry: Header | Commit): entry is Header => 'journal' in entry;

function checkVersion(file: string, { journal }: Header): void {
  if (journal === JOURNAL_VERSION) return;
  throw new JournalCorrupt(
    file,
    1,
    `the journal has format version ${journal}, but only version ${JOURNAL_VERSION} can be migrated`,
  );
}
