import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { systemErrorCode } from '../system-error';

/** A file that only grows, or is cut back to an earlier length. */
export interface JournalFile {
  /** Appends at the end. @returns the bytes that were written: fewer than given when the disk is full. */
  append(text: string): number;
  truncate(bytes: number): void;
  /** Waits until all of it would survive a loss of power. */
  sync(): void;
  close(): void;
}

/** The few things that the journal does with files. A simulation replaces them to make them fail. */
export interface JournalFiles {
  /** @returns undefined when there is no such file. */
  read(file: string): Uint8Array | undefined;
  /** Creates the file, and its folder, if needed. */
  open(file: string): JournalFile;
  /** Takes the place of a file that exists, in one step. */
  rename(from: string, to: string): void;
  remove(file: string): void;
}

/** A store holds what nobody but its owner may read. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

export const nodeFiles: JournalFiles = {
  read(file) {
    try {
      return readFileSync(file);
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  },
  open(file) {
    createFolder(file);
    const descriptor = openSync(file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, FILE_MODE);
    // The mode above counts only for a file that is created.
    fchmodSync(descriptor, FILE_MODE);
    return {
      append: (text) => writeSync(descriptor, text),
      truncate: (bytes) => ftruncateSync(descriptor, bytes),
      sync: () => fsyncSync(descriptor),
      close: () => closeSync(descriptor),
    };
  },
  rename: (from, to) => renameSync(from, to),
  remove: (file) => rmSync(file, { force: true }),
};

/** A folder that exists keeps its mode: it may be the user's own. */
const createFolder = (file: string): unknown => mkdirSync(dirname(file), { recursive: true, mode: FOLDER_MODE });
