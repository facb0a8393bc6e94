import fc from 'fast-check';
import { UNITS } from '../../../../lambdas/contracts/storage/units';
import { BUCKET_MAX } from '../../../../lambdas/domain/usage/rollups/histogram';
import { bytesOf } from '../../receipts/item-bytes';
import { type Cell, Cells, CELLS_MAX } from '../../../../lambdas/domain/usage/statistics/cells';

const K = 5;
/** DynamoDB's limit. */
const TRANSACTION_BYTES_MAX = 4 * 1_024 * 1_024;
const cell = (model: string, requests: number, statusClass = '2xx'): Cell => ({
  model,
  provider: 'openai',
  statusClass,
  measures: { requests: BigInt(requests), costPico: BigInt(requests) * 10n, 'e:502': 1n, 's:completed': 1n },
});

function cellsOf(usage: Readonly<Record<string, readonly Cell[]>>, accountsMin = K): readonly Cell[] {
  const cells = new Cells(accountsMin);
  for (const [accountId, own] of Object.entries(usage)) for (const each of own) cells.add(accountId, each);
  return cells.publishable();
}

const accounts = (count: number, cells: readonly Cell[], prefix = 'a') =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, cells]));

test('a group of enough accounts is published as a sum, without its statuses', () => {
  expect(cellsOf(accounts(5, [cell('one', 2)]))).toEqual([
    { model: 'one', provider: 'openai', statusClass: '2xx', measures: { requests: 10n, costPico: 100n } },
  ]);
});

test('a group of too few accounts is not published', () => {
  expect(cellsOf(accounts(4, [cell('one', 2)]))).toEqual([]);
});

test('small groups are pooled if they have enough accounts together, first within their status class', () => {
  const usage = { ...accounts(3, [cell('one', 1)], 'a'), ...accounts(3, [cell('two', 1), cell('two', 1, '5xx')], 'b') };
  expect(cellsOf(usage)).toEqual([
    { model: 'other', provider: 'other', statusClass: '2xx', measures: { requests: 6n, costPico: 60n } },
  ]);
  const more = { ...usage, ...accounts(2, [cell('one', 1, '4xx')], 'c') };
  expect(cellsOf(more)).toContainEqual({
    model: 'other',
    provider: 'other',
    statusClass: 'other',
    measures: { requests: 5n, costPico: 50n },
  });
});

test('an account whose only request was moved to another group by a correction hides nobody', () => {
  expect(cellsOf({ ...accounts(4, [cell('one', 2)]), last: [cell('one', 0)] })).toEqual([]);
});

test('the most cells of a day, each with all measures, fit into one transaction', () => {
  const count = 10n ** 9n;
  const buckets = Array.from({ length: BUCKET_MAX + 1 }, (_, bucket) => [`d:${bucket}`, `f:${bucket}`]).flat();
  const names = ['requests', ...UNITS.map((unit) => `t:${unit}`), ...buckets];
  const measures = { ...Object.fromEntries(names.map((name) => [name, count])), costPico: 10n ** 20n };
  const full = { model: 'm'.repeat(64), provider: 'p'.repeat(64), statusClass: '2xx', measures };
  expect(CELLS_MAX * bytesOf(full)).toBeLessThan(TRANSACTION_BYTES_MAX);
});

describe('a measure of a group', () => {
  const used = (measures: Cell['measures']): Cell => ({ ...cell('one', 2), measures: { requests: 2n, ...measures } });
  const measuresOf = (usual: Cell['measures'], ...special: readonly Cell['measures'][]) => {
    const others = Object.fromEntries(special.map((measures, index) => [`b${index}`, [used(measures)]]));
    return cellsOf({ ...accounts(8, [used(usual)]), ...others })[0]?.measures;
  };

  test('a measure that too few accounts contribute to is not published, although their group is large', () => {
    expect(measuresOf({}, { costPico: 7n })).toEqual({ requests: 18n });
  });

  test('tokens of a unit that one account used are left out with a second unit, from which the cost would reveal them', () => {
    const usual = { costPico: 9n, 't:input': 5n, 't:output': 3n };
    const measures = measuresOf(usual, { ...usual, 't:cachedInput': 1_234n }) ?? {};
    expect(measures).toMatchObject({ requests: 18n, costPico: 81n });
    expect(Object.keys(measures).filter((name) => name.startsWith('t:'))).toHaveLength(1);
    expect(measures).not.toHaveProperty('t:cachedInput');
    expect(measuresOf(usual)).toMatchObject({ 't:input': 40n, 't:output': 24n });
  });

  test('a bucket of too few accounts is joined to a longer one, and the longest to the one before it', () => {
    const usual = { 'd:20': 2n };
    expect(measuresOf(usual, { 'd:10': 2n }, { 'd:30': 2n })).toEqual({ requests: 20n, 'd:30': 20n });
    expect(measuresOf(usual, { 'd:10': 2n })).toEqual({ requests: 18n, 'd:20': 18n });
  });

  test('a histogram is left out if the requests without a duration are those of too few accounts', () => {
    expect(measuresOf({ 'd:20': 2n }, { 'd:20': 1n })).toEqual({ requests: 18n });
    expect(measuresOf({ 'd:20': 1n, 'f:3': 2n })).toEqual({ requests: 16n, 'd:20': 8n, 'f:3': 16n });
  });
});

test('no sum or difference of published groups covers fewer accounts than the minimum', () => {
  const models = fc.constantFrom('one', 'two', 'three', 'four');
  const classes = fc.constantFrom('2xx', '4xx', '5xx', 'none');
  const usage = fc.array(fc.array(fc.record({ model: models, statusClass: classes }), { maxLength: 4 }), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(usage, fc.integer({ min: 2, max: 6 }), (all, accountsMin) => {
      // Each account has a cost of its own, from which a published sum tells exactly which accounts are in it.
      const cells = new Cells(accountsMin);
      all.forEach((own, account) => {
        const names = new Set(own.map(({ model, statusClass }) => JSON.stringify([model, statusClass])));
        for (const name of names) {
          const [model, statusClass] = JSON.parse(name) as [string, string];
          const measures = { requests: 1n, costPico: 1n << BigInt(account * 5) };
          cells.add(String(account), { model, provider: 'p', statusClass, measures });
        }
      });
      const published = cells.publishable();
      const accountsIn = (costPico: bigint) =>
        all.map((_, account) => (costPico >> BigInt(account * 5)) & 31n).filter((requests) => requests > 0n).length;
      for (const { measures } of published)
        expect(accountsIn(measures['costPico']!)).toBeGreaterThanOrEqual(accountsMin);
      // The groups share no request, so all of them together cover what each of them covers, and no less.
      const requests = published.reduce((sum, { measures }) => sum + measures['requests']!, 0n);
      const total = published.reduce((sum, { measures }) => sum + measures['costPico']!, 0n);
      const covered = all.reduce((sum, _, account) => sum + ((total >> BigInt(account * 5)) & 31n), 0n);
      expect(covered).toBe(requests);
    }),
  );
});
