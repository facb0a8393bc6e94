import { close, fdatasync, openSync } from 'node:fs';
import { promisify } from 'node:util';

const flushToDisk = promisify(fdatasync);
const closeFile = promisify(close);

/**
 * SQLite's write-ahead log, which holds every commit until a checkpoint copies it into the store's file. This class
 * flushes it to the disk from a thread of the pool, while the event loop goes on. SQLite would block the event loop.
 */
export class WriteAheadLog {
  readonly #descriptor: number;

  /** @param file the store's file. Its log exists from the first commit until the last connection closes. */
  constructor(file: string) {
    // Windows flushes only what was opened for writing.
    this.#descriptor = openSync(`${file}-wal`, 'r+');
  }

  /** Resolves once everything that was written before the call is on the disk. */
  flush(): Promise<void> {
    return flushToDisk(this.#descriptor);
  }

  close(): Promise<void> {
    return closeFile(this.#descriptor);
  }
}
