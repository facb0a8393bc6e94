import type { DynamoDBRecord } from 'aws-lambda';
import { runRules } from '../../dev/local/gateway/run-rules';
import type { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import { USAGE } from '../../lambdas/contracts/storage/tables';
import type { Clock } from '../../lambdas/domain/clock';
import { StoreUnavailable, TransactionCancelled } from '../../lambdas/domain/table/table-errors';
import type { Check, TableStore, Write } from '../../lambdas/domain/table/table-store';
import { RollUps } from '../../lambdas/domain/usage/rollups/roll-ups';
import { spend } from '../../lambdas/handlers/usage/spend';
import { USAGE_RETENTION_DAYS } from './retention';
import type { Random } from './random';

/** A call for a batch follows about every third commit. */
const DELIVERED_SHARE = 0.3;
const FAULT_SHARE = 0.3;
const REPEATED_MAX = 6;
const BATCH_MAX = 8;

type ChangeWrites = (writes: readonly (Write | Check)[]) => readonly (Write | Check)[];

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * Delivers the changes of usage records to the code of the stream's function, in batches that repeat, overlap and fail.
 * It draws its own random numbers, so that a history is the same with and without it.
 */
export class RollUpReader {
  readonly #engine: EmbeddedStore;
  readonly #random: Random;
  readonly #sabotage: ChangeWrites | undefined;
  readonly #handle: ReturnType<typeof spend>;
  readonly #changes: DynamoDBRecord[] = [];
  #read = 0;
  #running: Promise<void> = Promise.resolve();
  #mayFail = true;

  constructor(
    engine: EmbeddedStore,
    {
      clock,
      random,
      sabotage,
    }: { readonly clock: Clock; readonly random: Random; readonly sabotage: ChangeWrites | undefined },
  ) {
    this.#engine = engine;
    this.#random = random;
    this.#sabotage = sabotage;
    const store = this.#faulty();
    const timing = { clock, sleep: () => Promise.resolve(), random: () => random.fraction() };
    this.#handle = spend({
      rollUps: new RollUps({ store, clock, retentionDays: USAGE_RETENTION_DAYS, timing }),
      attributionsOf: () => Promise.resolve(new Map()),
      watch: { check: () => Promise.resolve() },
      parked: { park: () => Promise.reject(new Error('a record of the simulation cannot be read')) },
      runRules,
      log: silent,
    });
    engine.onChange((records) => void this.#changes.push(...records), [USAGE]);
  }

  /** May deliver a batch. Now and then two batches are processed at the same time. */
  afterCommit(): void {
    if (this.#random.fraction() >= DELIVERED_SHARE) return;
    const from = Math.max(0, this.#read - this.#random.between(0, REPEATED_MAX));
    const to = Math.min(this.#changes.length, from + this.#random.between(1, BATCH_MAX));
    const deliver = async (): Promise<void> => {
      if (await this.#deliver(from, to)) this.#read = Math.max(this.#read, to);
    };
    const isParallel = this.#random.fraction() < 0.5;
    this.#running = isParallel
      ? Promise.all([this.#running, deliver()]).then(() => undefined)
      : this.#running.then(deliver);
  }

  /** Ends the faults and delivers every change, those that were counted too. */
  async finish(): Promise<void> {
    await this.#running;
    this.#mayFail = false;
    for (let from = 0; from < this.#changes.length; from += BATCH_MAX) {
      if (!(await this.#deliver(from, from + BATCH_MAX))) throw new Error('a batch failed without a fault');
    }
  }

  async #deliver(from: number, to: number): Promise<boolean> {
    try {
      await this.#handle({ Records: this.#changes.slice(from, to) });
      return true;
    } catch {
      return false;
    }
  }

  #faulty(): TableStore {
    return {
      get: (get) => this.#engine.get(get),
      query: (query) => this.#engine.query(query),
      write: (write) => this.#engine.write(write),
      transact: async (writes, token) => {
        const isFaulty = this.#mayFail && this.#random.fraction() < FAULT_SHARE;
        const kind = this.#random.between(0, 2);
        if (isFaulty && kind === 0) throw new TransactionCancelled(writes.map(() => ({ code: 'Conflict' })));
        if (isFaulty && kind === 1) throw new StoreUnavailable('unreachable');
        await this.#engine.transact(this.#sabotage?.(writes) ?? writes, token);
        if (isFaulty) throw new StoreUnavailable('lost reply');
      },
    };
  }
}
