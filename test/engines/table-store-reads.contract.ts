import { USAGE, WALLET } from '../../lambdas/contracts/storage/tables';
import type { Query, SortRange } from '../../lambdas/domain/table/table-store';
import type { Key } from '../../lambdas/domain/table/value';
import { expectMistake, NOW, type TableStoreStage } from './table-store-stage';

/** What is read, in which order, and until when. */
export function readsContract(stage: TableStoreStage): void {
  const { key, item, put, get } = stage;

  describe('queries', () => {
    // In the order of their UTF-8 bytes, which is not the order of JavaScript strings.
    const SORTED = ['A', 'a', 'a#1', 'a#2', 'b', 'é', '\uE000', '\uFFFD', '\u{10000}', '\u{1F600}'];
    const sortKeys = async (query: Partial<Query> = {}) =>
      (await stage.store.query({ table: WALLET, partition: stage.pk, ...query })).items.map(({ sk }) => sk);
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

    test('a partition holds only its own items, and an unknown one none', async () => {
      expect(await sortKeys({ partition: `${stage.pk}-other` })).toEqual([]);
    });

    test('a page without room and a range from back to front are refused', async () => {
      await expectMistake(sortKeys({ limit: 0 }));
      await expectMistake(sortKeys({ sort: { from: 'b', to: 'a' } }));
      await expectMistake(sortKeys({ sort: { beginsWith: '' } }));
    });
  });

  describe('items that end by time', () => {
    test('are not read from the second on in which they end, even if they are still stored', async () => {
      const ends = (sk: string, expiresAt: number) => stage.store.write({ table: USAGE, put: item(sk, { expiresAt }) });
      await ends('ended', NOW / 1_000);
      await ends('lives', NOW / 1_000 + 1);
      expect(await stage.store.get({ table: USAGE, key: key('ended') })).toBeUndefined();
      expect(await stage.store.get({ table: USAGE, key: key('lives') })).toBeDefined();
      expect((await stage.store.query({ table: USAGE, partition: stage.pk })).items.map(({ sk }) => sk)).toEqual([
        'lives',
      ]);
    });

    test('do not end in a table that keeps its items', async () => {
      await put(item('a', { expiresAt: 1 }));
      expect(await get('a')).toEqual(item('a', { expiresAt: 1n }));
    });
  });
}
