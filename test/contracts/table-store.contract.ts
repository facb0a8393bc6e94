import { USAGE, WALLET } from '../../lambdas/contracts/tables';
import type { Comparison, Condition } from '../../lambdas/domain/table/condition';
import { absent, all, any, compare, exists } from '../../lambdas/domain/table/condition';
import {
  ConditionFailed,
  IdempotencyMismatch,
  StoreUnavailable,
  TransactionCancelled,
} from '../../lambdas/domain/table/table-errors';
import type { Query, SortRange, TableStore } from '../../lambdas/domain/table/table-store';
import type { Item, Key } from '../../lambdas/domain/table/value';
import type { Engine } from './table-store-engines';

const NOW = Date.UTC(2026, 0, 1);
const NOW_SECONDS = NOW / 1000;

/** What every engine behind `TableStore` must do; call it within `describe.each`. */
export function tableStoreContract(engine: Engine): void {
  let store: TableStore;
  let stop: () => Promise<void>;
  let partitions = 0;
  let pk: string;
  const key = (sk: string): Key => ({ pk, sk });
  const item = (sk: string, attributes: Omit<Item, 'pk' | 'sk'> = {}): Item => ({ pk, sk, ...attributes });
  const put = (...items: readonly Item[]) =>
    Promise.all(items.map((each) => store.write({ table: WALLET, put: each })));
  const get = (sk: string) => store.get({ table: WALLET, key: key(sk) });

  beforeAll(async () => ({ store, stop } = await engine.start(() => NOW)), 30_000);
  afterAll(() => stop());
  beforeEach(() => (pk = `partition-${++partitions}`));

  async function failure(work: Promise<unknown>): Promise<Error> {
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof Error)) throw new Error('the work did not fail');
    return error;
  }

  /** A caller's mistake is a plain Error: none of the outcomes that a caller decides by. */
  async function expectMistake(work: Promise<unknown>): Promise<void> {
    const error = await failure(work);
    for (const outcome of [ConditionFailed, TransactionCancelled, IdempotencyMismatch, StoreUnavailable]) {
      expect(error).not.toBeInstanceOf(outcome);
    }
  }

  describe('values', () => {
    test('every type comes back as it was, and every number as a bigint', async () => {
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
      '%s is refused, for it might not come back the same',
      async (number) => {
        await expectMistake(put(item('a', { number })));
        expect(await get('a')).toBeUndefined();
      },
    );

    test('what was handed in or out can be changed without changing what is stored', async () => {
      const given = { pk, sk: 'a', list: [1n], bytes: new Uint8Array([1]) };
      await put(given);
      given.list.push(2n);
      given.bytes[0] = 9;
      const read = (await get('a')) as { list: bigint[] };
      read.list.push(3n);
      expect(await get('a')).toEqual(item('a', { list: [1n], bytes: new Uint8Array([1]) }));
    });

    test('an item is not found before it is written', async () => {
      expect(await get('a')).toBeUndefined();
    });
  });

  describe('single writes', () => {
    test('a put replaces the whole item and resolves to the one before', async () => {
      expect(await put(item('a', { old: 1n }))).toEqual([undefined]);
      expect(await put(item('a', { new: 2n }))).toEqual([item('a', { old: 1n })]);
      expect(await get('a')).toEqual(item('a', { new: 2n }));
    });

    test('a delete resolves to what was deleted', async () => {
      await put(item('a', { n: 1n }));
      expect(await store.write({ table: WALLET, delete: key('a') })).toEqual(item('a', { n: 1n }));
      expect(await store.write({ table: WALLET, delete: key('a') })).toBeUndefined();
      expect(await get('a')).toBeUndefined();
    });

    test('an update sets, adds and removes, whatever the names', async () => {
      await put(item('a', { status: 'x', count: 5n, data: null, keep: true }));
      const before = await store.write({
        table: WALLET,
        update: key('a'),
        change: { set: { status: 'y' }, add: { count: -2n, total: 4n }, remove: ['data', 'never there'] },
      });
      expect(before).toEqual(item('a', { status: 'x', count: 5n, data: null, keep: true }));
      expect(await get('a')).toEqual(item('a', { status: 'y', count: 3n, total: 4n, keep: true }));
    });

    test('an update creates what is absent', async () => {
      expect(await store.write({ table: WALLET, update: key('a'), change: { add: { count: 1n } } })).toBeUndefined();
      expect(await get('a')).toEqual(item('a', { count: 1n }));
    });

    test('a failed condition writes nothing and tells what was stored', async () => {
      await put(item('a', { n: 1n }));
      const error = await failure(store.write({ table: WALLET, put: item('a', { n: 2n }), when: absent() }));
      expect(error).toEqual(expect.objectContaining({ name: 'ConditionFailed', item: item('a', { n: 1n }) }));
      expect(await get('a')).toEqual(item('a', { n: 1n }));
    });

    test('a condition that fails on nothing has no item', async () => {
      const error = await failure(
        store.write({ table: WALLET, update: key('a'), change: { add: { n: 1n } }, when: exists() }),
      );
      expect(error).toBeInstanceOf(ConditionFailed);
      expect(error).toHaveProperty('item', undefined);
      expect(await failure(store.write({ table: WALLET, delete: key('a'), when: exists() }))).toBeInstanceOf(
        ConditionFailed,
      );
    });

    test('a tie between many writers is won by one', async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 8 }, () => store.write({ table: WALLET, put: item('a'), when: absent() })),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    test('mistakes of the caller are refused', async () => {
      await put(item('a', { text: 'x', nothing: null }));
      await expectMistake(store.write({ table: WALLET, update: key('a'), change: { add: { text: 1n } } }));
      await expectMistake(store.write({ table: WALLET, update: key('a'), change: { add: { nothing: 1n } } }));
      await expectMistake(store.write({ table: WALLET, update: key('a'), change: {} }));
      await expectMistake(store.write({ table: WALLET, update: key('a'), change: { set: { sk: 'b' } } }));
      await expectMistake(store.write({ table: WALLET, update: key('a'), change: { set: { n: 1 }, add: { n: 1n } } }));
      await expectMistake(store.write({ table: WALLET, put: { pk, sk: '' } }));
      await expectMistake(store.write({ table: WALLET, put: item('a'), when: compare('yes', '<', true) }));
      expect(await get('a')).toEqual(item('a', { text: 'x', nothing: null }));
    });
  });

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

    test.each(cases)('%j is %s', async (when, expected) => {
      await put(item('a', stored));
      const outcome = await store
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

  describe('queries', () => {
    // In the order of their UTF-8 bytes, which is not the order of JavaScript strings.
    const SORTED = ['A', 'a', 'a#1', 'a#2', 'b', 'é', '\uE000', '\uFFFD', '\u{10000}', '\u{1F600}'];
    const sortKeys = async (query: Partial<Query> = {}) =>
      (await store.query({ table: WALLET, partition: pk, ...query })).items.map(({ sk }) => sk);
    beforeEach(() => put(...[...SORTED].reverse().map((sk) => item(sk))));

    test('items come in the order of the bytes of their sort key, or backwards', async () => {
      expect(await sortKeys()).toEqual(SORTED);
      expect(await sortKeys({ newestFirst: true })).toEqual([...SORTED].reverse());
    });

    test.each<[SortRange, string[]]>([
      [{ beginsWith: 'a' }, ['a', 'a#1', 'a#2']],
      [{ beginsWith: '\u{1F600}' }, ['\u{1F600}']],
      [{ beginsWith: 'zz' }, []],
      [{ from: 'a#1', to: 'b' }, ['a#1', 'a#2', 'b']],
      [{ from: 'a#3', to: 'a#9' }, []],
      [{ from: '\uFFFD' }, ['\uFFFD', '\u{10000}', '\u{1F600}']],
      [{ to: 'a' }, ['A', 'a']],
    ])('the range %j has its bounds inside', async (sort, expected) => {
      expect(await sortKeys({ sort })).toEqual(expected);
      expect(await sortKeys({ sort, newestFirst: true })).toEqual([...expected].reverse());
    });

    test.each([false, true])('pages follow one another without a gap (newest first: %s)', async (newestFirst) => {
      const seen: unknown[] = [];
      for (let after: Key | undefined, pages = 0; pages === 0 || after !== undefined; pages++) {
        const page = await store.query({
          table: WALLET,
          partition: pk,
          limit: 3,
          newestFirst,
          ...(after && { after }),
        });
        expect(page.items.length).toBeLessThanOrEqual(3);
        seen.push(...page.items.map(({ sk }) => sk));
        after = page.next;
      }
      expect(seen).toEqual(newestFirst ? [...SORTED].reverse() : SORTED);
    });

    test('a partition holds only its own items, and an unknown one none', async () => {
      expect(await sortKeys({ partition: `${pk}-other` })).toEqual([]);
    });

    test('a page without room and a range from back to front are refused', async () => {
      await expectMistake(sortKeys({ limit: 0 }));
      await expectMistake(sortKeys({ sort: { from: 'b', to: 'a' } }));
      await expectMistake(sortKeys({ sort: { beginsWith: '' } }));
    });
  });

  describe('items that end by time', () => {
    test('are not read from the second on in which they end, even if they are still stored', async () => {
      const ends = (sk: string, expiresAt: number) => store.write({ table: USAGE, put: item(sk, { expiresAt }) });
      await ends('ended', NOW_SECONDS);
      await ends('lives', NOW_SECONDS + 1);
      expect(await store.get({ table: USAGE, key: key('ended') })).toBeUndefined();
      expect(await store.get({ table: USAGE, key: key('lives') })).toBeDefined();
      expect((await store.query({ table: USAGE, partition: pk })).items.map(({ sk }) => sk)).toEqual(['lives']);
    });

    test('do not end in a table that keeps its items', async () => {
      await put(item('a', { expiresAt: 1 }));
      expect(await get('a')).toEqual(item('a', { expiresAt: 1n }));
    });
  });

  describe('transactions', () => {
    test('write to several tables at once', async () => {
      await put(item('gone'), item('changed', { n: 1n }), item('checked'));
      await store.transact([
        { table: USAGE, put: item('new') },
        { table: WALLET, update: key('changed'), change: { add: { n: 1n } }, when: exists() },
        { table: WALLET, delete: key('gone') },
        { table: WALLET, check: key('checked'), when: exists() },
      ]);
      expect(await store.get({ table: USAGE, key: key('new') })).toEqual(item('new'));
      expect(await get('changed')).toEqual(item('changed', { n: 2n }));
      expect(await get('gone')).toBeUndefined();
    });

    test('that are cancelled write nothing and tell each reason in its place', async () => {
      await put(item('a', { n: 1n, text: 'x' }));
      const error = await failure(
        store.transact([
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
      const error = await failure(
        store.transact([
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
      await store.transact(writes.slice(0, 100));
      await expectMistake(store.transact(writes));
      await expectMistake(store.transact([]));
      await expectMistake(
        store.transact([
          { table: WALLET, put: item('twice') },
          { table: WALLET, delete: key('twice') },
        ]),
      );
      await expectMistake(
        store.transact([
          { table: WALLET, put: item('twice') },
          { table: WALLET, check: key('twice'), when: absent() },
        ]),
      );
      expect(await get('twice')).toBeUndefined();
    });

    test('with a token that was used before are acknowledged without writing again', async () => {
      const writes = [{ table: WALLET, update: key('a'), change: { add: { n: 1n } }, when: absent() }];
      await store.transact(writes, `token-${pk}`);
      await store.transact(writes, `token-${pk}`);
      expect(await get('a')).toEqual(item('a', { n: 1n }));
    });

    test('with a token of other writes are refused', async () => {
      await store.transact([{ table: WALLET, put: item('a', { n: 1n }) }], `token-${pk}`);
      const error = await failure(store.transact([{ table: WALLET, put: item('a', { n: 2n }) }], `token-${pk}`));
      expect(error).toBeInstanceOf(IdempotencyMismatch);
      expect(await get('a')).toEqual(item('a', { n: 1n }));
    });

    test('that were cancelled do not spend their token', async () => {
      const writes = [{ table: WALLET, update: key('a'), change: { add: { n: 1n } }, when: exists() }];
      expect(await failure(store.transact(writes, `token-${pk}`))).toBeInstanceOf(TransactionCancelled);
      await put(item('a'));
      await store.transact(writes, `token-${pk}`);
      expect(await get('a')).toEqual(item('a', { n: 1n }));
    });

    test('refuse a token of the wrong length', async () => {
      await expectMistake(store.transact([{ table: WALLET, put: item('a') }], 'x'.repeat(37)));
      await expectMistake(store.transact([{ table: WALLET, put: item('a') }], ''));
    });
  });
}
