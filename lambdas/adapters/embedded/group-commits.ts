import { StoreUnavailable } from '../../domain/table/table-errors';
import { systemErrorCode } from '../system-error';
import type { Commits, Transaction } from './commits';
import type { Database } from './database';
import { sqliteErrorCode } from './sqlite-error';

/** The most transactions in one commit, so that a crowd of writers does not hold up the event loop. */
const GROUP_TRANSACTIONS_MAX = 100;

interface Waiting {
  /** Plans and writes. @returns what to tell the caller once the commit is durable */
  readonly run: () => () => void;
  readonly reject: (error: Error) => void;
}

export interface GroupCommitsOptions {
  readonly database: Database;
  /** Resolves once everything that was committed before the call is as durable as the operator wants. */
  readonly flush: () => Promise<void>;
  /** Called after each flushed commit. */
  readonly onCommit: () => void;
}

/**
 * Commits the transactions of many callers together, because a flush to the disk costs the same for one caller as for
 * fifty: whatever arrives during a flush is in the next commit. Each transaction sees the effects of those before it.
 * All outcomes wait for the flush, refusals too, because a refusal may rest on a change in the same commit, which can
 * still fail.
 */
export class GroupCommits implements Pick<Commits, 'run' | 'close'> {
  readonly #database: Database;
  readonly #flush: () => Promise<void>;
  readonly #onCommit: () => void;
  #waiting: Waiting[] = [];
  #immediate: NodeJS.Immediate | undefined;
  #running: Promise<void> | undefined;
  #isPaused = false;
  /** Why no transaction is accepted any more. */
  #end: StoreUnavailable | undefined;

  constructor({ database, flush, onCommit }: GroupCommitsOptions) {
    this.#database = database;
    this.#flush = flush;
    this.#onCommit = onCommit;
  }

  run<Plan>({ plan, apply, publish }: Transaction<Plan>): Promise<Plan> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    return new Promise<Plan>((resolve, reject) => {
      const run = (): (() => void) => {
        let planned: Plan;
        try {
          planned = plan();
        } catch (error) {
          if (sqliteErrorCode(error) !== undefined) throw error;
          const refusal = error as Error;
          return () => reject(refusal);
        }
        apply(planned);
        return () => {
          publish(planned);
          resolve(planned);
        };
      };
      this.#waiting.push({ run, reject });
      this.#schedule();
    });
  }

  /** Makes no commit while `work` runs. Callers wait. */
  async pauseFor(work: () => Promise<void>): Promise<void> {
    this.#isPaused = true;
    try {
      await work();
    } finally {
      this.#isPaused = false;
      this.#schedule();
    }
  }

  async close(): Promise<void> {
    this.#refuseAll(new StoreUnavailable('closed'));
    await this.#running;
  }

  #schedule(): void {
    if (this.#isPaused || this.#running !== undefined || this.#waiting.length === 0) return;
    this.#immediate ??= setImmediate(() => {
      this.#immediate = undefined;
      if (this.#isPaused) return;
      this.#running = this.#commit(this.#waiting.splice(0, GROUP_TRANSACTIONS_MAX)).finally(() => {
        this.#running = undefined;
        this.#schedule();
      });
    });
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    let outcomes: readonly (() => void)[];
    try {
      this.#database.begin();
      outcomes = group.map(({ run }) => run());
      this.#database.commit();
    } catch (error) {
      refuse(group, error);
      this.#database.rollback();
      return;
    }
    try {
      await this.#flush();
    } catch (error) {
      // The kernel may have dropped what it failed to write, so nothing that follows in the log can be relied on.
      this.#refuseAll(toUnavailable(error));
      refuse(group, error);
      return;
    }
    // Only what is on the disk may be copied into the store's file.
    this.#onCommit();
    for (const outcome of outcomes) outcome();
  }

  #refuseAll(reason: StoreUnavailable): void {
    this.#end ??= reason;
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
    refuse(this.#waiting.splice(0), this.#end);
  }
}

function refuse(group: readonly Waiting[], error: unknown): void {
  const unavailable = toUnavailable(error);
  for (const { reject } of group) reject(unavailable);
}

function toUnavailable(error: unknown): StoreUnavailable {
  if (error instanceof StoreUnavailable) return error;
  const code = sqliteErrorCode(error) ?? systemErrorCode(error) ?? 'Unknown';
  return new StoreUnavailable(code, { cause: error });
}
