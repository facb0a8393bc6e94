import { USAGE, WALLET } from '../../lambdas/contracts/storage/tables';
import type { Query, SortRange } from '../../lambdas/domain/table/table-store';
import type { Key } from '../../lambdas/domain/table/value';
import { expectMistake, NOW, type TableStoreStage } from './table-store-stage';

/** The contract for reads: their results, order and expiry. */
export function readsContract(stage: TableStoreStage): void {
  const { key, item, put, get } = stage;

  describe('queries', () => {
    // Sorted by UTF-8 bytes, which differs from the order of JavaScript strings.
    const SORTED = ['A', 'a', 'a#1', 'a#2', 'b', 'é', '\uE000', '\uFFFD', '\u{10000}', '\u{1F600}'];
    const sortKeys = async (query: Partial<Query> = {}) =>
      (await stage.store.query({ table: WALLET, partition: stage.pk, ...query })).items.map(({ sk }) => sk);
    beforeEach(() => put(...[...SORTED].reverse().map((sk) => item(sk))));

    test('items are sorted by the bytes of their sort key, in either direction', async () => {
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
    ])('the range %j includes its bounds', async (sort, expected) => {
      expect(await sortKeys({ sort })).toEqual(expected);
      expect(await sortKeys({ sort, newestFirst: true })).toEqual([...expected].reverse());
    });

    test.each([false, true])('pages follow one another without a gap (newest first: %s)', async (newestFirst) => {
      const seen: unknown[] = [];
      for (let after: Key | undefined, pages = 0; pages === 0 || after !== undefined; pages++) {
        const page = await stage.store.query({
          table: WALLET,
          partition: stage.pk,
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

    test('an unknown partition is empty', async () => {
      expect(await sortKeys({ partition: `${stage.pk}-other` })).toEqual([]);
    });

    test('a page limit of zero and an inverted range are rejected', async () => {
      await expectMistake(sortKeys({ limit: 0 }));
      await expectMistake(sortKeys({ sort: { from: 'b', to: 'a' } }));
      await expectMistake(sortKeys({ sort: { beginsWith: '' } }));
    });
  });

  describe('expiry', () => {
    test('items are invisible from the second in which they expire, even if they are still stored', async () => {
      const putExpiring = (sk: string, expiresAt: number) =>
        stage.store.write({ table: USAGE, put: item(sk, { expiresAt }) });
      await putExpiring('ended', NOW / 1_000);
      await putExpiring('lives', NOW / 1_000 + 1);
      expect(await stage.store.get({ table: USAGE, key: key('ended') })).toBeUndefined();
      expect(await stage.store.get({ table: USAGE, key: key('lives') })).toBeDefined();
      expect((await stage.store.query({ table: USAGE, partition: stage.pk })).items.map(({ sk }) => sk)).toEqual([
        'lives',
      ]);
    });

    test('an item never expires in a table without expiry', async () => {
      await put(item('a', { expiresAt: 1 }));
      expect(await get('a')).toEqual(item('a', { expiresAt: 1n }));
    });
  });
}
