import { StoreUnavailable } from '../../domain/table/table-errors';
import { systemErrorCode } from '../system-error';
import type { Commit, Header } from './journal-entries';
import { encodeLine } from './journal-entries';
import type { JournalFile } from './journal-files';

/**
 * Appends commits to a file. Appended lines are in the page cache of the operating system. They survive when the
 * process is killed, but a power failure can lose the most recent ones.
 */
export class Journal {
  readonly #file: JournalFile;
  /** The number of bytes up to the end of the last complete line. */
  #length: number;
  #torn = false;
  #closed = false;

  /** @param length the number of bytes in complete lines; the file is truncated after them */
  constructor(file: JournalFile, length: number) {
    this.#file = file;
    this.#length = length;
    file.truncate(length);
  }

  get length(): number {
    return this.#length;
  }

  /**
   * @returns the number of bytes of the entry
   * @throws StoreUnavailable when the entry could not be written; no part of it remains in the file
   */
  append(entry: Header | Commit): number {
    if (this.#closed) throw new StoreUnavailable('closed');
    const line = encodeLine(entry);
    const bytes = Buffer.byteLength(line);
    try {
      this.#repair();
      this.#torn = true;
      const written = this.#file.append(line);
      if (written < bytes) throw new StoreUnavailable('ENOSPC');
      this.#torn = false;
    } catch (error) {
      this.#tryToRepair();
      throw error instanceof StoreUnavailable
        ? error
        : new StoreUnavailable(systemErrorCode(error) ?? 'Unknown', { cause: error });
    }
    this.#length += bytes;
    return bytes;
  }

  sync(): void {
    this.#file.sync();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#file.close();
  }

  /** Removes the remains of a failed append, which would make the next line unreadable. */
  #repair(): void {
    if (!this.#torn) return;
    this.#file.truncate(this.#length);
    this.#torn = false;
  }

  #tryToRepair(): void {
    try {
      this.#repair();
    } catch {
      // The file stays torn. The next append retries the repair before it writes.
    }
  }
}
