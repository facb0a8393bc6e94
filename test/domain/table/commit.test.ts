import { commit, type GuardedWrite } from '../../../lambdas/domain/table/commit';
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
const committing = (error: Error, writes: readonly GuardedWrite[]): Promise<readonly Error[]> =>
  commit(new OneTransaction(error), writes);
const outcome = (sk: string, meaning?: string): GuardedWrite<string> => ({
  write: check(sk),
  otherwise: () => meaning,
});

describe('commit', () => {
  test('commit() passes the writes to the store in order, with the token, and returns no refusals', async () => {
    const store = new OneTransaction();
    expect(await commit(store, [guarded('first'), unguarded('second')], 'token')).toEqual([]);
    expect(store.writes).toEqual([check('first'), check('second')]);
    expect(store.token).toBe('token');
  });

  test('commit() without a token passes none to the store', async () => {
    const store = new OneTransaction();
    await commit(store, [guarded('only')]);
    expect(store.token).toBeUndefined();
  });

  test('commit() returns the refusal of the write whose condition failed, made from the stored item', async () => {
    const error = cancelled(undefined, failed(stored('revoked')));
    expect(await committing(error, [guarded('first'), guarded('second')])).toEqual([
      new Refused('second', stored('revoked')),
    ]);
  });

  test('commit() makes the refusal from undefined when nothing is stored', async () => {
    expect(await committing(cancelled(failed()), [guarded('only')])).toEqual([new Refused('only')]);
  });

  test('commit() returns every refusal in the order of the writes', async () => {
    const store = new OneTransaction(cancelled(failed(), undefined, failed(), failed()));
    const writes = [outcome('a', 'ended'), outcome('b', 'unseen'), outcome('c'), outcome('d', 'taken')];
    expect(await commit(store, writes)).toEqual(['ended', 'taken']);
  });

  test('commit() makes each of several refusals from the item of its own write', async () => {
    const error = cancelled(undefined, failed(), failed(stored('live')));
    const writes = [guarded('first'), guarded('second'), guarded('third')];
    expect(await committing(error, writes)).toEqual([new Refused('second'), new Refused('third', stored('live'))]);
  });

  test('commit() skips a failed write that has no refusal', async () => {
    const error = cancelled(failed(), failed());
    expect(await committing(error, [unguarded('first'), guarded('second')])).toEqual([new Refused('second')]);
  });

  test('commit() skips a failed write whose failure means nothing to the caller', async () => {
    const error = cancelled(failed(), failed());
    const meaningless: GuardedWrite = { write: check('first'), otherwise: () => undefined };
    expect(await committing(error, [meaningless, guarded('second')])).toEqual([new Refused('second')]);
    await expect(committing(error, [meaningless, meaningless])).rejects.toBe(error);
  });

  test('commit() throws the transaction’s error when no failed write has a refusal', async () => {
    const error = cancelled(undefined, failed());
    await expect(committing(error, [guarded('first'), unguarded('second')])).rejects.toBe(error);
  });

  test('commit() throws the transaction’s error when another write had a conflict and no failed write has a refusal', async () => {
    const error = cancelled({ code: 'Conflict' }, failed());
    await expect(committing(error, [guarded('first'), unguarded('second')])).rejects.toBe(error);
  });

  test.each(['Conflict', 'Throttled', 'Invalid'] as const)(
    'commit() asks no write for a refusal when its reason is %s',
    async (code) => {
      const error = cancelled({ code }, undefined);
      await expect(committing(error, [guarded('first'), guarded('second')])).rejects.toBe(error);
    },
  );

  test('commit() returns a refusal rather than throwing another write’s contention', async () => {
    const error = cancelled({ code: 'Conflict' }, failed());
    expect(await committing(error, [guarded('first'), guarded('second')])).toEqual([new Refused('second')]);
  });

  test.each([new IdempotencyMismatch(), new StoreUnavailable('ETIMEDOUT'), new Error('a defect')])(
    'commit() passes on an error that is not a cancelled transaction: %s',
    async (error) => {
      await expect(committing(error, [guarded('only')])).rejects.toBe(error);
    },
  );
});
