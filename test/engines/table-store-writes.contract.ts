import { WALLET } from '../../lambdas/contracts/storage/tables';
import { absent, compare, exists } from '../../lambdas/domain/table/condition';
import { ConditionFailed } from '../../lambdas/domain/table/table-errors';
import { expectMistake, failureOf, type TableStoreStage } from './table-store-stage';

/** The contract for values and single writes. */
export function writesContract(stage: TableStoreStage): void {
  const { key, item, put, get } = stage;

  describe('values', () => {
    test('every type of value is read back unchanged, and numbers as bigints', async () => {
      const bytes = new Uint8Array([0, 127, 255]);
      await put(
        item('a', {
          text: 'é',
          empty: '',
          big: 10n ** 38n - 1n,
          small: -7,
          yes: true,
          nothing: null,
          bytes,
          list: [1, 'x', [false]],
          map: { deep: { n: 2 } },
        }),
      );
      expect(await get('a')).toEqual(
        item('a', {
          text: 'é',
          empty: '',
          big: 10n ** 38n - 1n,
          small: -7n,
          yes: true,
          nothing: null,
          bytes,
          list: [1n, 'x', [false]],
          map: { deep: { n: 2n } },
        }),
      );
    });

    test.each([1.5, Number.NaN, 2 ** 53, 10n ** 38n])(
      '%s is rejected as a stored number because it could be inexact',
      async (number) => {
        await expectMistake(put(item('a', { number })));
        expect(await get('a')).toBeUndefined();
      },
    );

    test('objects passed in or out can be changed without changing the stored item', async () => {
      const input = { pk: stage.pk, sk: 'a', list: [1n], bytes: new Uint8Array([1]) };
      await put(input);
      input.list.push(2n);
      input.bytes[0] = 9;
      const read = (await get('a')) as { list: bigint[] };
      read.list.push(3n);
      expect(await get('a')).toEqual(item('a', { list: [1n], bytes: new Uint8Array([1]) }));
    });

    test('an item does not exist before it is written', async () => {
      expect(await get('a')).toBeUndefined();
    });
  });

  describe('single writes', () => {
    test('a put replaces the whole item and resolves to the previous one', async () => {
      expect(await put(item('a', { old: 1n }))).toEqual([undefined]);
      expect(await put(item('a', { new: 2n }))).toEqual([item('a', { old: 1n })]);
      expect(await get('a')).toEqual(item('a', { new: 2n }));
    });

    test('a delete resolves to the deleted item', async () => {
      await put(item('a', { n: 1n }));
      expect(await stage.store.write({ table: WALLET, delete: key('a') })).toEqual(item('a', { n: 1n }));
      expect(await stage.store.write({ table: WALLET, delete: key('a') })).toBeUndefined();
      expect(await get('a')).toBeUndefined();
    });

    test('an update can set, add and remove attributes with any name', async () => {
      await put(item('a', { status: 'x', count: 5n, data: null, keep: true }));
      const before = await stage.store.write({
        table: WALLET,
        update: key('a'),
        change: { set: { status: 'y' }, add: { count: -2n, total: 4n }, remove: ['data', 'never there'] },
      });
      expect(before).toEqual(item('a', { status: 'x', count: 5n, data: null, keep: true }));
      expect(await get('a')).toEqual(item('a', { status: 'y', count: 3n, total: 4n, keep: true }));
    });

    test('an update creates an absent item', async () => {
      expect(
        await stage.store.write({ table: WALLET, update: key('a'), change: { add: { count: 1n } } }),
      ).toBeUndefined();
      expect(await get('a')).toEqual(item('a', { count: 1n }));
    });

    test('a failed condition writes nothing and returns the stored item', async () => {
      await put(item('a', { n: 1n }));
      const error = await failureOf(stage.store.write({ table: WALLET, put: item('a', { n: 2n }), when: absent() }));
      expect(error).toEqual(expect.objectContaining({ name: 'ConditionFailed', item: item('a', { n: 1n }) }));
      expect(await get('a')).toEqual(item('a', { n: 1n }));
    });

    test('a condition that fails on an absent item returns no item', async () => {
      const error = await failureOf(
        stage.store.write({ table: WALLET, update: key('a'), change: { add: { n: 1n } }, when: exists() }),
      );
      expect(error).toBeInstanceOf(ConditionFailed);
      expect(error).toHaveProperty('item', undefined);
      expect(await failureOf(stage.store.write({ table: WALLET, delete: key('a'), when: exists() }))).toBeInstanceOf(
        ConditionFailed,
      );
    });

    test('exactly one of many concurrent writers wins', async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 8 }, () => stage.store.write({ table: WALLET, put: item('a'), when: absent() })),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    test('invalid writes are rejected', async () => {
      await put(item('a', { text: 'x', nothing: null }));
      await expectMistake(stage.store.write({ table: WALLET, update: key('a'), change: { add: { text: 1n } } }));
      await expectMistake(stage.store.write({ table: WALLET, update: key('a'), change: { add: { nothing: 1n } } }));
      await expectMistake(stage.store.write({ table: WALLET, update: key('a'), change: {} }));
      await expectMistake(stage.store.write({ table: WALLET, update: key('a'), change: { set: { sk: 'b' } } }));
      await expectMistake(
        stage.store.write({ table: WALLET, update: key('a'), change: { set: { n: 1 }, add: { n: 1n } } }),
      );
      await expectMistake(stage.store.write({ table: WALLET, put: { pk: stage.pk, sk: '' } }));
      await expectMistake(stage.store.write({ table: WALLET, put: item('a'), when: compare('yes', '<', true) }));
      expect(await get('a')).toEqual(item('a', { text: 'x', nothing: null }));
    });
  });
}
