import type { PriceVersion } from '../../contracts/storage/catalog';
import { INPUT_UNITS, UNITS, type Unit, type Usage } from '../../contracts/storage/units';
import { tierFor, unitPricePico } from '../catalog/price';

export interface Charge {
  readonly costPico: bigint;
  /** Units that were used and have no price. They are charged at the dearest price of their direction. */
  readonly unpriced: readonly Unit[];
}

/** What a usage costs. The tier is chosen on the whole prompt and holds for the whole request. */
export function chargeFor(usage: Usage, version: PriceVersion): Charge {
  const tier = tierFor(version, promptTokens(usage));
  const used = UNITS.filter((unit) => (usage[unit] ?? 0) > 0);
  const costPico = used.reduce((sum, unit) => sum + BigInt(usage[unit] ?? 0) * unitPricePico(tier, unit), 0n);
  return { costPico, unpriced: used.filter((unit) => tier.picoPerToken[unit] === undefined) };
}

function promptTokens(usage: Usage): number {
  return INPUT_UNITS.reduce((sum, unit) => sum + (usage[unit] ?? 0), 0);
}
