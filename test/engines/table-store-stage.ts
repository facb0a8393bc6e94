import { WALLET } from '../../lambdas/contracts/storage/tables';
import {
  ConditionFailed,
  IdempotencyMismatch,
  StoreUnavailable,
  TransactionCancelled,
} from '../../lambdas/domain/table/table-errors';
import type { TableStore } from '../../lambdas/domain/table/table-store';
import type { Item, Key } from '../../lambdas/domain/table/value';
import type { Engine } from './table-store-engines';

/** The current time for the store. */
export const NOW = Date.UTC(2026, 0, 1);

/** A running store, in which each test has its own partition. */
export class TableStoreStage {
  pk = '';
  #partitions = 0;
  #running: Awaited<ReturnType<Engine['start']>> | undefined;

  get store(): TableStore {
    if (!this.#running) throw new Error('the engine was not started');
    return this.#running.store;
  }

  async start(engine: Engine): Promise<void> {
    this.#running = await engine.start(() => NOW);
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
  }

  nextPartition(): void {
    this.#partitions += 1;
    this.pk = `partition-${this.#partitions}`;
  }

  readonly key = (sk: string): Key => ({ pk: this.pk, sk });
  readonly item = (sk: string, attributes: Omit<Item, 'pk' | 'sk'> = {}): Item => ({ pk: this.pk, sk, ...attributes });
  readonly put = (...items: readonly Item[]): Promise<(Item | undefined)[]> =>
    Promise.all(items.map((each) => this.store.write({ table: WALLET, put: each })));
  readonly get = (sk: string): Promise<Item | undefined> => this.store.get({ table: WALLET, key: this.key(sk) });
}

export async function failureOf(work: Promise<unknown>): Promise<Error> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('the work did not fail');
  return error;
}

/** Fails unless the work throws a plain Error, rather than an outcome that callers handle. */
export async function expectMistake(work: Promise<unknown>): Promise<void> {
  const error = await failureOf(work);
  for (const outcome of [ConditionFailed, TransactionCancelled, IdempotencyMismatch, StoreUnavailable]) {
    expect(error).not.toBeInstanceOf(outcome);
  }
}
