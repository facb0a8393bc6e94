import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** How long commits stay in the write-ahead log only. A reader of the log needs a little longer for a longer log. */
const CHECKPOINT_AFTER_MS = 1_000;
/** Under steady load the log never starts again by itself, because a commit always follows the checkpoint. */
const LOG_PAGES_MAX = 8_192;

/** SQLite's answer: the pages in the log, and those that were copied. Both are -1 if another process prevented it. */
interface Checkpointed {
  readonly log: number;
  readonly checkpointed: number;
}

/** A plain script, so that it runs alike from TypeScript and from a bundle. It has a connection of its own. */
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const { DatabaseSync } = require('node:sqlite');
const database = new DatabaseSync(workerData);
parentPort.on('message', (mode) => {
  try {
    parentPort.postMessage(database.prepare('pragma wal_checkpoint(' + mode + ')').get());
  } catch {
    parentPort.postMessage({ log: -1, checkpointed: -1 });
  }
});
`;

/**
 * Copies the write-ahead log into the store's file now and then. A thread does it, because copying and flushing would
 * hold up the event loop. If it fails, for example because the disk is full, the log stays complete and the next one
 * tries again.
 */
export class Checkpoints {
  readonly #file: string;
  readonly #pauseCommits: (work: () => Promise<void>) => Promise<void>;
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isClosed = false;

  /** @param pauseCommits makes no commit until the work that it is given is done */
  constructor(file: string, pauseCommits: (work: () => Promise<void>) => Promise<void>) {
    this.#file = file;
    this.#pauseCommits = pauseCommits;
  }

  /** Makes sure that a checkpoint follows. Call it after each commit. */
  schedule(): void {
    if (this.#isClosed || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#checkpoint().finally(() => {
        this.#timer = undefined;
      });
    }, CHECKPOINT_AFTER_MS).unref();
  }

  /** Empties the log, which otherwise keeps old pages until new commits overwrite them. */
  async truncateLog(): Promise<void> {
    await this.#running;
    if (this.#isClosed) return;
    this.#running = this.#checkpoint('truncate', 0);
    await this.#running;
  }

  /** Makes no checkpoint any more. */
  stop(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async close(): Promise<void> {
    this.stop();
    await this.#running;
    await this.#worker?.terminate();
  }

  async #checkpoint(mode: 'restart' | 'truncate' = 'restart', pagesMax = LOG_PAGES_MAX): Promise<void> {
    try {
      const { log, checkpointed } = await this.#ask('passive');
      if (log <= pagesMax || checkpointed <= 0) return;
      // Only few pages are left to copy, so the pause is short.
      await this.#pauseCommits(async () => {
        await this.#ask(mode);
      });
    } catch {
      // The thread has ended, for example for lack of memory. The next checkpoint starts another.
      this.#worker = undefined;
    }
  }

  async #ask(mode: 'passive' | 'restart' | 'truncate'): Promise<Checkpointed> {
    this.#worker ??= this.#startWorker();
    this.#worker.postMessage(mode);
    const [answer] = (await once(this.#worker, 'message')) as [Checkpointed];
    return answer;
  }

  #startWorker(): Worker {
    const worker = new Worker(WORKER, { eval: true, workerData: this.#file, execArgv: [] });
    worker.unref();
    return worker;
  }
}
