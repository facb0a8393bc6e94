import { commit, type GuardedWrite, tryCommit } from '../../../lambdas/domain/table/commit';
import { exists } from '../../../lambdas/domain/table/condition';
import {
  type CancellationReason,
  IdempotencyMismatch,
  StoreUnavailable,
  TransactionCancelled,
} from '../../../lambdas/domain/table/table-errors';
import type { Check, TableStore, Write } from '../../../lambdas/domain/table/table-store';
import type { Item } from '../../../lambdas/domain/table/value';
import { KEYS } from '../../../lambdas/contracts/storage/tables';

class Refused extends Error {
  override readonly name = 'Refused';
  constructor(write: string, current?: Item) {
    super(`${write} met ${current === undefined ? 'nothing' : JSON.stringify(current)}`);
  }
}

const check = (sk: string): Check => ({ table: KEYS, check: { pk: 'key', sk }, when: exists() });
const guarded = (sk: string): GuardedWrite => ({ write: check(sk), otherwise: (current) => new Refused(sk, current) });
const unguarded = (sk: string): GuardedWrite => ({ write: check(sk) });

const stored = (state: string): Item => ({ pk: 'key', sk: 'any', state });
const failed = (item?: Item): CancellationReason => ({ code: 'ConditionFailed', item });

/** A store whose transactions succeed, or fail with the given error. */
class OneTransaction implements Pick<TableStore, 'transact'> {
  writes: readonly (Write | Check)[] = [];
  token: string | undefined;
  readonly #error: Error | undefined;

  constructor(error?: Error) {
    this.#error = error;
  }

  transact(writes: readonly (Write | Check)[], token?: string): Promise<void> {
    this.writes = writes;
    this.token = token;
    return this.#error ? Promise.reject(this.#error) : Promise.resolve();
  }
}

const cancelled = (...reasons: readonly (CancellationReason | undefined)[]): TransactionCancelled =>
  new TransactionCancelled(reasons);
const committing = (error: Error, writes: readonly GuardedWrite[]): Promise<void> =>
  commit(new OneTransaction(error), writes);

describe('commit', () => {
  test('commit() passes the writes to the store in order, with the token', async () => {
    const store = new OneTransaction();
    await commit(store, [guarded('first'), unguarded('second')], 'token');
    expect(store.writes).toEqual([check('first'), check('second')]);
    expect(store.token).toBe('token');
  });

  test('commit() without a token passes none to the store', async () => {
    const store = new OneTransaction();
    await commit(store, [guarded('only')]);
    expect(store.token).toBeUndefined();
  });

  test('commit() throws the refusal of the write whose condition failed, made from the stored item', async () => {
    const error = cancelled(undefined, failed(stored('revoked')));
    await expect(committing(error, [guarded('first'), guarded('second')])).rejects.toThrow(
      new Refused('second', stored('revoked')),
    );
  });

  test('commit() makes the refusal from undefined when nothing is stored', async () => {
    await expect(committing(cancelled(failed()), [guarded('only')])).rejects.toThrow('only met nothing');
  });

  test('commit() throws the first of several refusals, in the order of the writes', async () => {
    const error = cancelled(undefined, failed(), failed(stored('live')));
    const writes = [guarded('first'), guarded('second'), guarded('third')];
    await expect(committing(error, writes)).rejects.toThrow('second met nothing');
  });

  test('commit() skips a failed write that has no refusal', async () => {
    const error = cancelled(failed(), failed());
    await expect(committing(error, [unguarded('first'), guarded('second')])).rejects.toThrow('second met nothing');
  });

  test('commit() skips a failed write whose failure means nothing to the caller', async () => {
    const error = cancelled(failed(), failed());
    const meaningless: GuardedWrite = { write: check('first'), otherwise: () => undefined };
    await expect(committing(error, [meaningless, guarded('second')])).rejects.toThrow('second met nothing');
    await expect(committing(error, [meaningless, meaningless])).rejects.toBe(error);
  });

  test('commit() throws the transaction’s error when no failed write has a refusal', async () => {
    const error = cancelled(undefined, failed());
    await expect(committing(error, [guarded('first'), unguarded('second')])).rejects.toBe(error);
  });

  test.each(['Conflict', 'Throttled', 'Invalid'] as const)(
    'commit() asks no write for a refusal when its reason is %s',
    async (code) => {
      const error = cancelled({ code }, undefined);
      await expect(committing(error, [guarded('first'), guarded('second')])).rejects.toBe(error);
    },
  );

  test('commit() throws a refusal rather than another write’s contention', async () => {
    const error = cancelled({ code: 'Conflict' }, failed());
    await expect(committing(error, [guarded('first'), guarded('second')])).rejects.toThrow('second met nothing');
  });

  test.each([new IdempotencyMismatch(), new StoreUnavailable('ETIMEDOUT'), new Error('a defect')])(
    'commit() passes on an error that is not a cancelled transaction: %s',
    async (error) => {
      await expect(committing(error, [guarded('only')])).rejects.toBe(error);
    },
  );
});

describe('tryCommit', () => {
  const outcome = (sk: string, meaning?: string): GuardedWrite<string> => ({
    write: check(sk),
    otherwise: () => meaning,
  });

  test('tryCommit() returns no refusals when everything was committed, and passes on the token', async () => {
    const store = new OneTransaction();
    expect(await tryCommit(store, [outcome('only', 'ended_before')], 'token')).toEqual([]);
    expect(store.writes).toEqual([check('only')]);
    expect(store.token).toBe('token');
  });

  test('tryCommit() returns every refusal in the order of the writes', async () => {
    const store = new OneTransaction(cancelled(failed(), undefined, failed(), failed()));
    const writes = [outcome('a', 'ended'), outcome('b', 'unseen'), outcome('c'), outcome('d', 'taken')];
    expect(await tryCommit(store, writes)).toEqual(['ended', 'taken']);
  });

  test('tryCommit() returns an error that is a refusal without throwing it', async () => {
    const store = new OneTransaction(cancelled(failed()));
    expect(await tryCommit(store, [guarded('only')])).toEqual([new Refused('only')]);
  });

  test('tryCommit() throws the transaction’s error when no failed condition has a refusal', async () => {
    const error = cancelled({ code: 'Conflict' }, failed());
    await expect(tryCommit(new OneTransaction(error), [outcome('a', 'ended'), outcome('b')])).rejects.toBe(error);
  });
});
