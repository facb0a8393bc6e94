import fc from 'fast-check';
import type { PriceVersion, UnitPrices } from '../../../lambdas/contracts/storage/catalog';
import { UNITS, type Unit, type Usage } from '../../../lambdas/contracts/storage/units';
import { versionOf } from '../catalog/example-catalog';

const price = fc.integer({ min: 0, max: 1_000_000_000 });

const unitPrices: fc.Arbitrary<UnitPrices> = fc.record(
  Object.fromEntries(UNITS.map((unit) => [unit, price])) as Record<Unit, fc.Arbitrary<number>>,
  { requiredKeys: ['input'] },
);

/** Price versions with up to three tiers, whose prices may fall from tier to tier. */
export const versions: fc.Arbitrary<PriceVersion> = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: 2_000 }), { maxLength: 2 }),
    fc.array(unitPrices, { minLength: 3, maxLength: 3 }),
  )
  .map(([starts, prices]) => {
    const bounds = [0, ...starts.toSorted((one, other) => one - other)];
    return versionOf(...bounds.map((above, index) => [above, prices[index]!] as const));
  });

export function usages(units: readonly Unit[]): fc.Arbitrary<Usage> {
  const count = fc.integer({ min: 0, max: 1_000 });
  return fc.record(Object.fromEntries(units.map((unit) => [unit, count])), { requiredKeys: [] });
}

export function sum(usage: Usage, units: readonly Unit[]): number {
  return units.reduce((total, unit) => total + (usage[unit] ?? 0), 0);
}
