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
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** @param file the store's file. Its log exists from the first commit until the last connection closes. */
  constructor(file: string) {
    // Windows flushes only what was opened for writing.
    this.#descriptor = openSync(`${file}-wal`, 'r+');
  }

  /** Resolves once everything that was written before the call is on the disk. Calls share a flush where possible. */
  flush(): Promise<void> {
    // A flush that has begun may miss the caller's commit, so the caller needs the one after it.
    if (this.#running !== undefined) return (this.#next ??= this.#running.catch(ignore).then(() => this.#begin()));
    return this.#begin();
  }

  async close(): Promise<void> {
    await (this.#next ?? this.#running)?.catch(ignore);
    await closeFile(this.#descriptor);
  }

  #begin(): Promise<void> {
    this.#next = undefined;
    const flush = flushToDisk(this.#descriptor).finally(() => {
      if (this.#running === flush) this.#running = undefined;
    });
    this.#running = flush;
    return flush;
  }
}

/** Each caller gets the failure of its own flush. */
const ignore = (): void => undefined;
