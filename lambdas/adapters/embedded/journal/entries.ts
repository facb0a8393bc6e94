import { crc32 } from 'node:zlib';
import type { TableName } from '../../../contracts/storage/tables';
import type { EncodedItem } from '../../attribute-values';
import type { UsedToken } from '../tokens';

export const JOURNAL_VERSION = 1;

/** The first line of every journal. */
export interface Header {
  /** The version of the format. */
  readonly journal: number;
  /** The last commit before the compaction that wrote this journal, or 0 in a new one. The compacted lines repeat it. */
  readonly commit: number;
}

/** One commit. It is written as a single line, so that the journal contains all of it or nothing. */
export interface Commit {
  /** Increases by one with each commit, across restarts and compactions. */
  readonly commit: number;
  readonly writes: readonly JournalWrite[];
  readonly tokens?: readonly UsedToken[];
}

/** Stores a whole item (`put`), or removes the item with a key (`gone`). */
export type JournalWrite =
  | { readonly table: TableName; readonly put: EncodedItem<string> }
  | { readonly table: TableName; readonly gone: readonly [pk: string, sk: string] };

/** The file is damaged. It is left unchanged, because a repair would have to guess which data to discard. */
export class JournalCorrupt extends Error {
  override readonly name = 'JournalCorrupt';
  constructor(file: string, line: number, problem: string) {
    super(`${file}:${line}: ${problem}. Restore the data folder from a backup, or use another folder.`);
  }
}

const CHECKSUM_CHARACTERS = ',"crc":"00000000"}'.length;

/** Encodes an entry as a JSON line whose last member is a checksum of the rest. */
export function encodeLine(entry: Header | Commit): string {
  const text = JSON.stringify(entry);
  return `${text.slice(0, -1)}${checksumOf(text)}\n`;
}

/** @returns `undefined` if the line is damaged */
export function decodeLine(line: string): Header | Commit | undefined {
  const text = `${line.slice(0, -CHECKSUM_CHARACTERS)}}`;
  if (line.slice(-CHECKSUM_CHARACTERS) !== checksumOf(text)) return undefined;
  // The checksum is valid, so `encodeLine` wrote this line.
  return JSON.parse(text) as Header | Commit;
}

const checksumOf = (text: string): string => `,"crc":"${crc32(text).toString(16).padStart(8, '0')}"}`;
