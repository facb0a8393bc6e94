import type { Commits, Transaction } from './commits';
import type { Database } from './database';

/** Commits each transaction on its own, within the call. This is for tables in memory, which no flush delays. */
export class ImmediateCommits implements Commits {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async run<Plan>({ plan, apply, publish }: Transaction<Plan>): Promise<Plan> {
    const planned = plan();
    this.#database.begin();
    try {
      apply(planned);
      this.#database.commit();
    } catch (error) {
      this.#database.rollback();
      throw error;
    }
    publish(planned);
    return planned;
  }

  async scrub(): Promise<void> {
    return undefined;
  }

  async close(): Promise<void> {
    return undefined;
  }
}
