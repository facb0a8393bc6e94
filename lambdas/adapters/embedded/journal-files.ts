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

/** A file that can only be appended to or truncated. */
export interface JournalFile {
  /** @returns the number of bytes that were written, which is smaller than the text's if the disk is full */
  append(text: string): number;
  truncate(bytes: number): void;
  /** Flushes the file to the disk, so that it survives a power failure. */
  sync(): void;
  close(): void;
}

/** The file operations that the journal needs. Tests replace them to simulate a failing disk. */
export interface JournalFiles {
  /** @returns `undefined` if the file does not exist */
  read(file: string): Uint8Array | undefined;
  /** Opens the file. It and its folder are created if needed. */
  open(file: string): JournalFile;
  /** Renames a file atomically. It replaces an existing file at `to`. */
  rename(from: string, to: string): void;
  remove(file: string): void;
}

/** A store contains secrets, so only the owner of the file may read it. */
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
    // `openSync` applies the mode only when it creates the file.
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

/** An existing folder keeps its mode, because it may contain other files of the user. */
const createFolder = (file: string): unknown => mkdirSync(dirname(file), { recursive: true, mode: FOLDER_MODE });
