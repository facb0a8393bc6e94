import type { Model, PriceTier, PriceVersion } from '../../contracts/storage/catalog';
import { INPUT_UNITS, OUTPUT_UNITS, type Unit } from '../../contracts/storage/units';
import { ModelNotFound } from './model-not-found';

/**
 * The effective version: the latest that has begun.
 * @param atMs Epoch milliseconds.
 * @throws ModelNotFound when none has begun: a model without a price is refused before anything is sent
 */
export function priceAt(model: Model, atMs: number): PriceVersion {
  const version = model.prices.findLast(({ from }) => Date.parse(from) <= atMs);
  if (version === undefined) throw new ModelNotFound(`The model "${model.id}" has no price yet.`);
  return version;
}

/**
 * The tier of the whole request.
 * @param promptTokens All tokens of the prompt, including cached, cache-write, audio and image tokens.
 */
export function tierFor(version: PriceVersion, promptTokens: number): PriceTier {
  return version.tiers.findLast((tier) => promptTokens > tier.abovePromptTokens) ?? firstTier(version);
}

/** The tiers that a prompt of at most `promptTokensMax` tokens can fall into; never empty. */
export function tiersUpTo(version: PriceVersion, promptTokensMax: number): readonly PriceTier[] {
  return version.tiers.filter((tier, at) => at === 0 || promptTokensMax > tier.abovePromptTokens);
}

function firstTier({ version, tiers }: PriceVersion): PriceTier {
  const [first] = tiers;
  if (first === undefined) throw new Error(`the price version ${version} has no tier`);
  return first;
}

const OUTPUT: ReadonlySet<Unit> = new Set(OUTPUT_UNITS);

/**
 * Pico-dollars per token. A unit without a price costs as much as the most expensive unit of its direction, or, if its
 * direction has no prices, as the most expensive unit of all. So an unknown unit is never free.
 */
export function unitPricePico({ picoPerToken }: PriceTier, unit: Unit): bigint {
  const price = picoPerToken[unit];
  if (price !== undefined) return BigInt(price);
  const pricesOf = (units: readonly Unit[]) => units.flatMap((other) => picoPerToken[other] ?? []);
  const inDirection = pricesOf(OUTPUT.has(unit) ? OUTPUT_UNITS : INPUT_UNITS);
  const candidates = inDirection.length > 0 ? inDirection : pricesOf([...INPUT_UNITS, ...OUTPUT_UNITS]);
  return candidates.map(BigInt).reduce((highest, price) => (price > highest ? price : highest), 0n);
}
