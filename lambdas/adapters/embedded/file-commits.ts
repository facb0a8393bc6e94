import type { Commits, Transaction } from './commits';
import { Checkpoints } from './checkpoints';
import type { Database } from './database';
import { GroupCommits } from './group-commits';
import { WriteAheadLog } from './write-ahead-log';

/**
 * The failures that an acknowledged write survives. `power-loss`: it is on the disk. `process-crash`: the operating
 * system has it, so it survives the end of the process, but a power failure can lose the last moments.
 */
export const DURABILITIES = ['power-loss', 'process-crash'] as const;
export type Durability = (typeof DURABILITIES)[number];

/** Commits to a file: in groups, flushed as the operator wants, and checkpointed now and then. */
export class FileCommits implements Commits {
  readonly #log: WriteAheadLog;
  readonly #checkpoints: Checkpoints;
  readonly #groups: GroupCommits;

  /** @param database opened on `file` for writing, with at least one commit */
  constructor(database: Database, file: string, durability: Durability) {
    this.#log = new WriteAheadLog(file);
    this.#groups = new GroupCommits({
      database,
      flush: () => (durability === 'power-loss' ? this.#flush() : Promise.resolve()),
      onCommit: () => this.#checkpoints.schedule(),
    });
    this.#checkpoints = new Checkpoints(file, (work) => this.#groups.pauseFor(work));
  }

  run<Plan>(transaction: Transaction<Plan>): Promise<Plan> {
    return this.#groups.run(transaction);
  }

  /** Overwrites what the log still contains of deleted items. */
  async scrub(): Promise<void> {
    await this.#checkpoints.truncateLog();
  }

  async close(): Promise<void> {
    await this.#groups.close();
    await this.#checkpoints.close();
    await this.#log.close();
  }

  /** After a failed flush the log may have holes, which a checkpoint would copy into the store's file. */
  async #flush(): Promise<void> {
    try {
      await this.#log.flush();
    } catch (error) {
      this.#checkpoints.stop();
      throw error;
    }
  }
}
