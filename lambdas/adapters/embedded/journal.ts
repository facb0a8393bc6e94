import { StoreUnavailable } from '../../domain/table/table-errors';
import { systemErrorCode } from '../system-error';
import type { Commit, Header } from './journal-entries';
import { encodeLine } from './journal-entries';
import type { JournalFile } from './journal-files';

/**
 * Appends commits to a file. A line that was written is in the system's page cache: it survives a kill of the
 * process, but the last moments before a loss of power may be lost.
 */
export class Journal {
  readonly #file: JournalFile;
  /** Up to here the file is whole lines. */
  #length: number;
  #torn = false;
  #closed = false;

  /** @param length bytes of whole lines; anything behind them is cut off. */
  constructor(file: JournalFile, length: number) {
    this.#file = file;
    this.#length = length;
    file.truncate(length);
  }

  get length(): number {
    return this.#length;
  }

  /** @returns the bytes of the entry. @throws StoreUnavailable when it could not be written; nothing of it stays. */
  append(entry: Header | Commit): number {
    if (this.#closed) throw new StoreUnavailable('closed');
    const line = encodeLine(entry);
    const bytes = Buffer.byteLength(line);
    try {
      this.#mend();
      this.#torn = true;
      const written = this.#file.append(line);
      if (written < bytes) throw new StoreUnavailable('ENOSPC');
      this.#torn = false;
    } catch (error) {
      this.#tryToMend();
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

  /** Cuts off what a failed append left; a commit behind it would be unreadable. */
  #mend(): void {
    if (!this.#torn) return;
    this.#file.truncate(this.#length);
    this.#torn = false;
  }

  #tryToMend(): void {
    try {
      this.#mend();
    } catch {
      // It stays torn, and the next append tries again before it writes.
    }
  }
}
