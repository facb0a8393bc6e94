import { retiredPrices } from '../../../dev/tools/prices/retired-prices';
import { type PriceVersion, retiredPricesSchema } from '../../../lambdas/contracts/storage/catalog';
import committed from '../../../lambdas/domain/catalog/generated/retired-prices.json';
import { PRICE_LIST } from '../../../lambdas/domain/catalog/price-list';
import { catalogOf, modelOf, versionOf } from './example-catalog';

const version = (name: string, input: number): PriceVersion => ({ ...versionOf([0, { input }]), version: name });
const pricedAt = (...prices: PriceVersion[]) => catalogOf({ alpha: [modelOf({ id: 'one', prices })] });

const dear = version('alpha/one@1970-01-01#dear', 2);
const cheap = version('alpha/one@1970-01-01#cheap', 1);
const later = { ...version('alpha/one@2026-01-01#later', 3), from: '2026-01-01T00:00:00.000Z' };

describe('a price version that the sources no longer contain', () => {
  test('a price version that was edited in place is kept with its old prices', () => {
    expect(retiredPrices({ catalog: pricedAt(dear), retired: [] }, pricedAt(cheap))).toEqual([dear]);
  });

  test('a price version is kept when its whole model is gone', () => {
    expect(retiredPrices({ catalog: pricedAt(dear, later), retired: [] }, catalogOf({}))).toEqual([dear, later]);
  });

  test('a retired price version is kept by every later import', () => {
    expect(retiredPrices({ catalog: pricedAt(cheap), retired: [dear] }, pricedAt(cheap))).toEqual([dear]);
    expect(retiredPrices({ catalog: pricedAt(cheap), retired: [dear] }, pricedAt(later))).toEqual([dear, cheap]);
  });

  test('a price version is not retired any more when the sources list it again', () => {
    expect(retiredPrices({ catalog: pricedAt(cheap), retired: [dear] }, pricedAt(dear))).toEqual([cheap]);
  });
});

test('a version with a later one after it is not retired', () => {
  expect(retiredPrices({ catalog: pricedAt(dear), retired: [] }, pricedAt(dear, later))).toEqual([]);
});

test('the committed retired prices match their schema, and none of them is in force', () => {
  expect(retiredPricesSchema.parse(committed)).toEqual(committed);
  const current = Object.values(PRICE_LIST.providers).flatMap((models) => models.flatMap(({ prices }) => prices));
  const names = new Set(current.map(({ version: name }) => name));
  expect(retiredPricesSchema.parse(committed).filter(({ version: name }) => names.has(name))).toEqual([]);
});

test('two retired prices with one name are refused, because a charge would have two prices', () => {
  expect(retiredPricesSchema.safeParse([dear, dear]).success).toBe(false);
});
