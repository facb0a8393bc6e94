import { CatalogStage, COMPILED, MINUTE_MS, priced } from './catalog-stage';
import { catalogOf, modelOf, versionOf } from './example-catalog';

describe('the diff of a price list', () => {
  test('the diff of the served list is empty, approved or not', async () => {
    const stage = new CatalogStage();
    expect(await stage.changes.diff(COMPILED, true)).toEqual([]);
    await stage.adopt();
    expect(await stage.changes.diff(COMPILED, true)).toEqual([]);
  });

  test('the diff of an incomplete list covers only its models, before and after an approval', async () => {
    const stage = new CatalogStage();
    const list = catalogOf({ alpha: [priced('new', { input: 5 })] });
    const added = [expect.objectContaining({ model: 'new', kind: 'added' })];
    expect(await stage.changes.diff(list, false)).toEqual(added);
    await stage.adopt();
    expect(await stage.changes.diff(list, false)).toEqual(added);
  });

  test('the diff lists added, removed and changed prices by tier and unit', async () => {
    const stage = new CatalogStage();
    await stage.adopt();
    const tiered = versionOf([0, { input: 12, output: 20 }], [100, { input: 15, output: 20, cachedInput: 1 }]);
    const list = catalogOf({
      alpha: [modelOf({ id: 'one', aliases: ['one-dated'], prices: [tiered] }), priced('new', { input: 5 })],
      beta: [priced('three', { input: 7, output: 9 }, { endpoints: ['messages'], contextTokens: 2_000 })],
    });
    const from = '2026-11-20T10:02:00.000Z';
    expect(await stage.changes.diff(list, true)).toEqual([
      {
        list: 'alpha',
        model: 'new',
        kind: 'added',
        definition: [],
        prices: [{ from, abovePromptTokens: 0, unit: 'input', afterPico: 5n }],
      },
      {
        list: 'alpha',
        model: 'one',
        kind: 'changed',
        definition: [],
        prices: [
          { from, abovePromptTokens: 0, unit: 'input', beforePico: 10n, afterPico: 12n },
          { from, abovePromptTokens: 100, unit: 'input', beforePico: 10n, afterPico: 15n },
          { from, abovePromptTokens: 100, unit: 'cachedInput', afterPico: 1n },
        ],
      },
      { list: 'alpha', model: 'two', kind: 'removed', definition: [], prices: [] },
      { list: 'beta', model: 'three', kind: 'changed', definition: ['contextTokens'], prices: [] },
    ]);
    const partial = await stage.changes.diff(list, false);
    expect(partial.map(({ model }) => model)).toEqual(['new', 'one', 'three']);
  });

  test('the diff shows prices with markup, including scheduled ones', async () => {
    const stage = new CatalogStage();
    await stage.adopt();
    await stage.set({ kind: 'markup', on: 'all', basisPoints: 5_000 });
    stage.now += MINUTE_MS;
    const later = new Date(stage.now + 60 * MINUTE_MS).toISOString();
    const next = { ...versionOf([0, { input: 3 }]), from: later };
    const list = catalogOf({ alpha: [modelOf({ id: 'two', prices: [versionOf([0, { input: 2 }]), next] })] });
    const [difference] = await stage.changes.diff(list, false);
    const now = new Date(stage.now + MINUTE_MS).toISOString();
    const unit = { abovePromptTokens: 0, unit: 'input' };
    expect(difference?.prices).toEqual([{ from: now, ...unit, beforePico: 5n, afterPico: 3n }]);
    await stage.approve(list, false);
    stage.now += 61 * MINUTE_MS;
    expect((await stage.price('two'))?.tiers[0]?.picoPerToken.input).toBe(5);
  });

  test('approving a list does what its diff shows', async () => {
    const stage = new CatalogStage();
    await stage.adopt();
    const list = catalogOf({ alpha: [priced('one', { input: 1 })], beta: [] });
    expect(await stage.changes.diff(list, true)).toHaveLength(3);
    await stage.approve(list);
    expect(await stage.changes.diff(list, true)).toEqual([]);
    expect(await stage.changes.diff(COMPILED, true)).toHaveLength(3);
  });
});
