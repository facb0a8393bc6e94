import { priceAt, tierFor, tiersUpTo, unitPricePico } from '../../../lambdas/domain/catalog/price';
import { ModelNotFound } from '../../../lambdas/domain/catalog/model-not-found';
import { modelOf, versionOf } from './example-catalog';

describe('prices over time', () => {
  const first = { ...versionOf([0, { input: 1 }]), version: 'first', from: '2026-01-01T00:00:00.000Z' };
  const second = { ...versionOf([0, { input: 2 }]), version: 'second', from: '2026-07-01T00:00:00.000Z' };
  const model = modelOf({ id: 'm', prices: [first, second] });

  test.each([
    ['2026-01-01T00:00:00.000Z', 'first'],
    ['2026-06-30T23:59:59.999Z', 'first'],
    ['2026-07-01T00:00:00.000Z', 'second'],
    ['2030-01-01T00:00:00.000Z', 'second'],
  ])('the price at %s is the %s version', (at, version) => {
    expect(priceAt(model, Date.parse(at)).version).toBe(version);
  });

  test('a model is not served before its first price version', () => {
    expect(() => priceAt(model, Date.parse('2025-12-31T23:59:59.999Z'))).toThrow(ModelNotFound);
  });
});

describe('tiers', () => {
  const version = versionOf([0, { input: 1 }], [200_000, { input: 2 }], [500_000, { input: 3 }]);

  test.each([
    [0, 1],
    [1, 1],
    [200_000, 1],
    [200_001, 2],
    [500_000, 2],
    [500_001, 3],
  ])('a prompt of %i tokens is in tier %i', (tokens, input) => {
    expect(tierFor(version, tokens).picoPerToken.input).toBe(input);
    expect(tiersUpTo(version, tokens).at(-1)?.picoPerToken.input).toBe(input);
  });
});

describe('a unit without a price', () => {
  const { tiers } = versionOf(
    [0, { input: 1, cachedInput: 5, audioInput: 9, output: 4, audioOutput: 3 }],
    [10, { input: 7 }],
  );

  test('an unpriced unit costs as much as the most expensive unit of its direction', () => {
    expect(unitPricePico(tiers[0]!, 'imageInput')).toBe(9n);
    expect(unitPricePico(tiers[0]!, 'imageOutput')).toBe(4n);
    expect(unitPricePico(tiers[0]!, 'cachedInput')).toBe(5n);
  });

  test('an unpriced unit costs as much as the most expensive unit of all when its direction has no price', () => {
    expect(unitPricePico(tiers[1]!, 'output')).toBe(7n);
  });
});
