import fc from 'fast-check';
import { USAGE, WALLET } from '../../lambdas/contracts/storage/tables';
import { TransactionCancelled } from '../../lambdas/domain/table/table-errors';
import type { TableStore } from '../../lambdas/domain/table/table-store';
import type { Engine } from './table-store-engines';
import type { Operation } from './table-store-operations';
import { operations, perform } from './table-store-operations';

const NOW = Date.UTC(2026, 0, 1);
const RUNS = 60;
const OUTCOMES = ['ConditionFailed', 'TransactionCancelled', 'IdempotencyMismatch', 'StoreUnavailable'];

/** Runs random operations on all stores and compares their answers. A failure prints its seed. */
export function tableStoreAgreement(engines: readonly Engine[]): void {
  let started: readonly Awaited<ReturnType<Engine['start']>>[];
  let runs = 0;

  beforeAll(async () => (started = await Promise.all(engines.map((engine) => engine.start(() => NOW)))));
  afterAll(() => Promise.all(started.map(({ stop }) => stop())));

  test('all stores give the same answers to any sequence of operations', async () => {
    await fc.assert(
      fc.asyncProperty(operations, async (sequence) => {
        // Each run has its own partition, so that it starts empty.
        const run = `run-${++runs}`;
        const [first, ...others] = await Promise.all(started.map(({ store }) => answers(store, run, sequence)));
        for (const other of others) expect(other).toEqual(first);
      }),
      { numRuns: RUNS },
    );
  });
}

async function answers(store: TableStore, run: string, sequence: readonly Operation[]): Promise<readonly unknown[]> {
  const answers: unknown[] = [];
  for (const operation of sequence) answers.push(await perform(store, operation(run)).catch(outcomeOf));
  for (const table of [WALLET, USAGE]) answers.push(await store.query({ table, partition: run }));
  return answers;
}

/** The comparable part of an error. All invalid calls are considered equal, because messages differ. */
function outcomeOf(error: unknown): unknown {
  const isOutcome = error instanceof Error && OUTCOMES.includes(error.name);
  // DynamoDB Local rejects a transaction with an impossible change. DynamoDB itself gives a reason.
  const isImpossible =
    error instanceof TransactionCancelled && error.reasons.some((reason) => reason?.code === 'Invalid');
  if (!isOutcome || isImpossible) return 'an invalid call';
  return Object.fromEntries(['name', 'item', 'reasons'].map((part) => [part, Reflect.get(error, part) as unknown]));
}
