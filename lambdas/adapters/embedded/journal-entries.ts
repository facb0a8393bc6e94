import { crc32 } from 'node:zlib';
import type { TableName } from '../../contracts/storage/tables';
import type { EncodedItem } from '../attribute-values';
import type { SpentToken } from './idempotency-tokens';

export const JOURNAL_VERSION = 1;

/** The first line of every journal. */
export interface Header {
  /** The version of the format. */
  readonly journal: number;
  /** The last commit that a compaction folded into the lines which carry this number; 0 in a new journal. */
  readonly commit: number;
}

/** One commit: all of it is on its one line, so it is there whole or not at all. */
export interface Commit {
  /** Rises by one with each commit, over restarts and compactions. */
  readonly commit: number;
  readonly writes: readonly JournalWrite[];
  readonly tokens?: readonly SpentToken[];
}

/** A whole item that is stored from now on, or the key of one that is gone. */
export type JournalWrite =
  | { readonly table: TableName; readonly put: EncodedItem<string> }
  | { readonly table: TableName; readonly gone: readonly [pk: string, sk: string] };

/** The file is damaged. It is left as it is: nothing in it is thrown away by guessing. */
export class JournalCorrupt extends Error {
  override readonly name = 'JournalCorrupt';
  constructor(file: string, line: number, problem: string) {
    super(`${file}:${line}: ${problem}; restore the file from a backup, or move it away to start anew`);
  }
}

const CHECKSUM_CHARACTERS = ',"crc":"00000000"}'.length;

/** A JSON line whose last member is the checksum of the rest. */
export function encodeLine(entry: Header | Commit): string {
  const text = JSON.stringify(entry);
  return `${text.slice(0, -1)}${checksumOf(text)}\n`;
}

/** @returns undefined when the line is damaged. */
export function decodeLine(line: string): Header | Commit | undefined {
  const text = `${line.slice(0, -CHECKSUM_CHARACTERS)}}`;
  if (line.slice(-CHECKSUM_CHARACTERS) !== checksumOf(text)) return undefined;
  // What carries a true checksum was written by `encodeLine`.
  return JSON.parse(text) as Header | Commit;
}

const checksumOf = (text: string): string => `,"crc":"${crc32(text).toString(16).padStart(8, '0')}"}`;
