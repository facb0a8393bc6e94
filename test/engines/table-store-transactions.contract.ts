import { USAGE, WALLET } from '../../lambdas/contracts/storage/tables';
import { absent, exists } from '../../lambdas/domain/table/condition';
import { IdempotencyMismatch, StoreUnavailable, TransactionCancelled } from '../../lambdas/domain/table/table-errors';
import { expectMistake, failureOf, type TableStoreStage } from './table-store-stage';

/** Writes that are all made or none. */
export function transactionsContract(stage: TableStoreStage): void {
  const { key, item, put, get } = stage;

  describe('transactions', () => {
    test('write to several tables at once', async () => {
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

    test('that are cancelled write nothing and tell each reason in its place', async () => {
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

    test('with an impossible change write nothing, and blame no condition', async () => {
      await put(item('a', { text: 'x' }));
      const error = await failureOf(
        stage.store.transact([
          { table: WALLET, update: key('a'), change: { add: { text: 1n } } },
          { table: WALLET, put: item('b') },
        ]),
      );
      // DynamoDB gives a reason, as the embedded engine does; its local engine refuses the whole request.
      if (error instanceof TransactionCancelled) expect(error.reasons).toEqual([{ code: 'Invalid' }, undefined]);
      else expect(error).not.toBeInstanceOf(StoreUnavailable);
      expect(await get('b')).toBeUndefined();
    });

    test('take a hundred writes and no more, each to another item', async () => {
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

    test('with a token that was used before are acknowledged without writing again', async () => {
      const writes = [{ table: WALLET, update: key('a'), change: { add: { n: 1n } }, when: absent() }];
      await stage.store.transact(writes, `token-${stage.pk}`);
      await stage.store.transact(writes, `token-${stage.pk}`);
      expect(await get('a')).toEqual(item('a', { n: 1n }));
    });

    test('with a token of other writes are refused', async () => {
      await stage.store.transact([{ table: WALLET, put: item('a', { n: 1n }) }], `token-${stage.pk}`);
      const error = await failureOf(
        stage.store.transact([{ table: WALLET, put: item('a', { n: 2n }) }], `token-${stage.pk}`),
      );
      expect(error).toBeInstanceOf(IdempotencyMismatch);
      expect(await get('a')).toEqual(item('a', { n: 1n }));
    });

    test('that were cancelled do not spend their token', async () => {
      const writes = [{ table: WALLET, update: key('a'), change: { add: { n: 1n } }, when: exists() }];
      expect(await failureOf(stage.store.transact(writes, `token-${stage.pk}`))).toBeInstanceOf(TransactionCancelled);
      await put(item('a'));
      await stage.store.transact(writes, `token-${stage.pk}`);
      expect(await get('a')).toEqual(item('a', { n: 1n }));
    });

    test('refuse a token of the wrong length', async () => {
      await expectMistake(stage.store.transact([{ table: WALLET, put: item('a') }], 'x'.repeat(37)));
      await expectMistake(stage.store.transact([{ table: WALLET, put: item('a') }], ''));
    });
  });
}
