import { USAGE, WALLET } from '../../lambdas/contracts/storage/tables';
import { absent, exists } from '../../lambdas/domain/table/condition';
import { IdempotencyMismatch, StoreUnavailable, TransactionCancelled } from '../../lambdas/domain/table/table-errors';
import { expectMistake, failureOf, type TableStoreStage } from './table-store-stage';

/** The contract for transactions: all of their writes are made, or none. */
export function transactionsContract(stage: TableStoreStage): void {
  const { key, item, put, get } = stage;

  describe('transactions', () => {
    test('a transaction writes to several tables at once', async () => {
      await put(item('gone'), item('changed', { n: 1n }), item('checked'));
      await stage.store.transact([
        { table: USAGE, put: item('new') },
        { table: WALLET, update: key('changed'), change: { add: { n: 1n } }, when: exists() },
        { table: WALLET, delete: key('gone') },
        { table: WALLET, check: key('checked'), when: exists() },
      ]);
      expect(await stage.store.get({ table: USAGE, key: key('new') })).toEqual(item('new'));
      expect(await get('changed')).toEqual(item('changed', { n: 2n }));
      expect(await get('gone')).toBeUndefined();
    });

    test('a cancelled transaction writes nothing and has a reason at the index of each failed write', async () => {
      await put(item('a', { n: 1n, text: 'x' }));
      const error = await failureOf(
        stage.store.transact([
          { table: WALLET, put: item('fine') },
          { table: WALLET, put: item('a'), when: absent() },
          { table: WALLET, check: key('absent'), when: exists() },
        ]),
      );
      expect(error).toBeInstanceOf(TransactionCancelled);
      expect(error).toHaveProperty('reasons', [
        undefined,
        { code: 'ConditionFailed', item: item('a', { n: 1n, text: 'x' }) },
        { code: 'ConditionFailed', item: undefined },
      ]);
      expect(await get('fine')).toBeUndefined();
    });

    test('a transaction with an impossible change writes nothing and reports no failed condition', async () => {
      await put(item('a', { text: 'x' }));
      const error = await failureOf(
        stage.store.transact([
          { table: WALLET, update: key('a'), change: { add: { text: 1n } } },
          { table: WALLET, put: item('b') },
        ]),
      );
      // DynamoDB and the embedded store give a reason. DynamoDB Local rejects the whole request instead.
      if (error instanceof TransactionCancelled) expect(error.reasons).toEqual([{ code: 'Invalid' }, undefined]);
      else expect(error).not.toBeInstanceOf(StoreUnavailable);
      expect(await get('b')).toBeUndefined();
    });

    test('a transaction accepts at most a hundred writes to different items', async () => {
      const writes = Array.from({ length: 101 }, (_, index) => ({ table: WALLET, put: item(`item-${index}`) }));
      await stage.store.transact(writes.slice(0, 100));
      await expectMistake(stage.store.transact(writes));
      await expectMistake(stage.store.transact([]));
      await expectMistake(
        stage.store.transact([
          { table: WALLET, put: item('twice') },
          { table: WALLET, delete: key('twice') },
        ]),
      );
      await expectMistake(
        stage.store.transact([
          { table: WALLET, put: item('twice') },
          { table: WALLET, check: key('twice'), when: absent() },
        ]),
      );
      expect(await get('twice')).toBeUndefined();
    });

    test('a transaction that repeats its token is acknowledged without writing again', async () => {
      const writes = [{ table: WALLET, update: key('a'), change: { add: { n: 1n } }, when: absent() }];
      await stage.store.transact(writes, `token-${stage.pk}`);
      await stage.store.transact(writes, `token-${stage.pk}`);
      expect(await get('a')).toEqual(item('a', { n: 1n }));
    });

    test('a transaction with the token of other writes is rejected', async () => {
      await stage.store.transact([{ table: WALLET, put: item('a', { n: 1n }) }], `token-${stage.pk}`);
      const error = await failureOf(
        stage.store.transact([{ table: WALLET, put: item('a', { n: 2n }) }], `token-${stage.pk}`),
      );
      expect(error).toBeInstanceOf(IdempotencyMismatch);
      expect(await get('a')).toEqual(item('a', { n: 1n }));
    });

    test('a cancelled transaction does not use up its token', async () => {
      const writes = [{ table: WALLET, update: key('a'), change: { add: { n: 1n } }, when: exists() }];
      expect(await failureOf(stage.store.transact(writes, `token-${stage.pk}`))).toBeInstanceOf(TransactionCancelled);
      await put(item('a'));
      await stage.store.transact(writes, `token-${stage.pk}`);
      expect(await get('a')).toEqual(item('a', { n: 1n }));
    });

    // A reserve asks for less under the same token, after the account could not afford more.
    test('the token of a cancelled transaction can be used with other writes', async () => {
      const add = (n: bigint) => [{ table: WALLET, update: key('a'), change: { add: { n } }, when: exists() }];
      expect(await failureOf(stage.store.transact(add(2n), `token-${stage.pk}`))).toBeInstanceOf(TransactionCancelled);
      await put(item('a'));
      await stage.store.transact(add(1n), `token-${stage.pk}`);
      expect(await failureOf(stage.store.transact(add(2n), `token-${stage.pk}`))).toBeInstanceOf(IdempotencyMismatch);
      expect(await get('a')).toEqual(item('a', { n: 1n }));
    });

    test('a token of the wrong length is rejected', async () => {
      await expectMistake(stage.store.transact([{ table: WALLET, put: item('a') }], 'x'.repeat(37)));
      await expectMistake(stage.store.transact([{ table: WALLET, put: item('a') }], ''));
    });
  });
}
