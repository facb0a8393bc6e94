import type { PriceVersion } from '../../contracts/storage/catalog';
import { INPUT_UNITS, UNITS, type Unit, type Usage } from '../../contracts/storage/units';
import { tierFor, unitPricePico } from '../catalog/price';

export interface Charge {
  readonly costPico: bigint;
  /** Units that were used but have no price. They are charged at the highest price of any unit in their direction. */
  readonly unpriced: readonly Unit[];
}

/** Computes the charge for usage. The size of the whole prompt selects the tier, which prices the whole request. */
export function chargeFor(usage: Usage, version: PriceVersion): Charge {
  const tier = tierFor(version, promptTokens(usage));
  const usedUnits = UNITS.filter((unit) => (usage[unit] ?? 0) > 0);
  const costPico = usedUnits.reduce((sum, unit) => sum + BigInt(usage[unit] ?? 0) * unitPricePico(tier, unit), 0n);
  return { costPico, unpriced: usedUnits.filter((unit) => tier.picoPerToken[unit] === undefined) };
}

function promptTokens(usage: Usage): number {
  return INPUT_UNITS.reduce((sum, unit) => sum + (usage[unit] ?? 0), 0);
}
