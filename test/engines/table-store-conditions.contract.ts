import { WALLET } from '../../lambdas/contracts/storage/tables';
import type { Comparison, Condition } from '../../lambdas/domain/table/condition';
import { absent, all, any, compare, exists } from '../../lambdas/domain/table/condition';
import { ConditionFailed } from '../../lambdas/domain/table/table-errors';
import type { Item } from '../../lambdas/domain/table/value';
import type { TableStoreStage } from './table-store-stage';

/** The contract for conditions. */
export function conditionsContract(stage: TableStoreStage): void {
  const { key, item, put } = stage;

  describe('conditions', () => {
    const stored = {
      n: 5n,
      text: 'b',
      high: '\u{1F600}',
      yes: true,
      list: [1n, { a: 'x' }],
      bytes: new Uint8Array([2]),
      status: 'held',
    };
    const cases: readonly (readonly [Condition, boolean])[] = [
      [exists('n'), true],
      [exists('toString'), false],
      [absent('n'), false],
      [absent('nothing'), true],
      ...orders('n', 4n, 5n, 6n),
      ...orders('text', 'a', 'b', 'c'),
      ...orders('high', '\uFFFD', '\u{1F600}', '\u{1F601}'),
      ...orders('bytes', new Uint8Array([1, 9]), new Uint8Array([2]), new Uint8Array([2, 0])),
      [compare('n', '=', 5), true],
      [compare('n', '=', '5'), false],
      [compare('n', '<>', '5'), true],
      [compare('n', '<', '6'), false],
      [compare('yes', '=', true), true],
      [compare('yes', '<>', false), true],
      [compare('list', '=', [1, { a: 'x' }]), true],
      [compare('list', '=', [1, { a: 'y' }]), false],
      [compare('nothing', '=', 1), false],
      [compare('nothing', '<>', 1), true],
      [compare('nothing', '<', 1), false],
      [all(exists('n'), compare('status', '=', 'held')), true],
      [all(exists('n'), absent('n')), false],
      [any(absent('n'), compare('text', '=', 'b')), true],
      [any(absent('n'), all(exists('n'), any(exists('text'), exists('none')))), true],
      [all(all(all(exists('n')))), true],
      [all(), true],
      [any(), false],
      [all(any(), exists('n')), false],
    ];

    test.each(cases)('the condition %j evaluates to %s', async (when, expected) => {
      await put(item('a', stored));
      const outcome = await stage.store
        .write({ table: WALLET, update: key('a'), change: { set: { done: true } }, when })
        .then(
          () => true,
          (error: unknown) => (error instanceof ConditionFailed ? false : error),
        );
      expect(outcome).toBe(expected);
    });

    function orders(
      attribute: string,
      below: Item[string],
      at: Item[string],
      above: Item[string],
    ): (readonly [Condition, boolean])[] {
      const expected: readonly (readonly [Comparison, boolean, boolean, boolean])[] = [
        ['=', false, true, false],
        ['<>', true, false, true],
        ['<', false, false, true],
        ['<=', false, true, true],
        ['>', true, false, false],
        ['>=', true, true, false],
      ];
      return expected.flatMap(([is, ...results]) =>
        [below, at, above].map((value, index) => [compare(attribute, is, value), results[index] === true] as const),
      );
    }
  });
}
