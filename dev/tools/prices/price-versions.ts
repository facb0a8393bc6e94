import { createHash } from 'node:crypto';
import type { ConditionalPrice, ModelInfo, ModelPrice } from '@pydantic/genai-prices';
import type { PriceTier, PriceVersion, UnitPrices } from '../../../lambdas/contracts/storage/catalog';
import { UNITS, type Unit } from '../../../lambdas/contracts/storage/units';
import { parseUsd } from '../../../lambdas/domain/money/pico';

/** A model's price cannot be represented exactly. The message becomes its reason in the report. */
export class UnsupportedPrice extends Error {
  override readonly name = 'UnsupportedPrice';
}

const EPOCH = '1970-01-01T00:00:00.000Z';

const UNIT_BY_KEY: { readonly [priceKey: string]: Unit } = {
  input_mtok: 'input',
  cache_read_mtok: 'cachedInput',
  cache_write_mtok: 'cacheWrite',
  cache_write_1h_mtok: 'cacheWrite1h',
  input_audio_mtok: 'audioInput',
  cache_audio_read_mtok: 'cachedAudioInput',
  input_image_mtok: 'imageInput',
  output_mtok: 'output',
  output_reasoning_mtok: 'reasoning',
  output_audio_mtok: 'audioOutput',
  output_image_mtok: 'imageOutput',
};

/** Prices per call of tools that run at the provider. They are not token prices; using such a tool raises an alarm. */
const TOOL_PRICE_KEYS = new Set(['web_searches_kcount', 'storage_searches_kcount']);

/** @throws UnsupportedPrice when a price cannot be represented exactly */
export function priceVersions(provider: string, model: string, prices: ModelInfo['prices']): readonly PriceVersion[] {
  const conditional: readonly ConditionalPrice[] = Array.isArray(prices) ? prices : [{ prices }];
  return conditional.map(({ constraint, prices: of }) => {
    if (constraint?.type === 'time_of_date') throw new UnsupportedPrice('its price depends on the time of day');
    const from = constraint === undefined ? EPOCH : new Date(constraint.start_date).toISOString();
    const tiers = priceTiers(provider, of);
    return { version: `${provider}/${model}@${from.slice(0, 10)}#${digest(tiers)}`, from, tiers };
  });
}

function digest(tiers: readonly PriceTier[]): string {
  return createHash('sha256').update(JSON.stringify(tiers)).digest('hex').slice(0, 8);
}

function priceTiers(provider: string, prices: ModelPrice): PriceTier[] {
  const starts = Object.values(prices).flatMap((price) =>
    typeof price === 'object' ? price.tiers.map(({ start }) => start) : [],
  );
  const bounds = [...new Set([0, ...starts])].sort((one, other) => one - other);
  return bounds.map((above) => ({ abovePromptTokens: above, picoPerToken: pricesAbove(provider, prices, above) }));
}

/** A tier of the source applies above its `start`, counted over the whole prompt, which is also how our tiers work. */
function pricesAbove(provider: string, prices: ModelPrice, above: number): UnitPrices {
  const stated: { [unit in Unit]?: number } = {};
  for (const [key, price] of Object.entries(prices)) {
    if (price === undefined || TOOL_PRICE_KEYS.has(key)) continue;
    const unit = UNIT_BY_KEY[key];
    if (unit === undefined) throw new UnsupportedPrice(`it is priced by ${key}, which is not metered`);
    const tiers = typeof price === 'number' ? [] : price.tiers.toSorted((one, other) => one.start - other.start);
    const base = typeof price === 'number' ? price : price.base;
    stated[unit] = picoPerToken(tiers.findLast(({ start }) => start <= above)?.price ?? base);
  }
  return inOrder(withEveryTextUnit(provider, stated));
}

/**
 * Converts dollars per million tokens, parsing the decimal digits so that no floating-point arithmetic is involved.
 * @throws UnsupportedPrice when the result is not a whole number of pico-dollars
 */
export function picoPerToken(dollarsPerMillion: number): number {
  const perMillion = parseUsd(String(dollarsPerMillion));
  if (perMillion % 1_000_000n !== 0n) throw new UnsupportedPrice('a price is finer than a pico-dollar');
  return Number(perMillion / 1_000_000n);
}

/**
 * Gives every text unit a price. A unit that the source does not price costs as much as the input or output it is part
 * of. Writing to Anthropic's one-hour cache costs twice the input, which is Anthropic's rule for all its models.
 */
function withEveryTextUnit(provider: string, stated: UnitPrices): UnitPrices {
  const { input, output } = stated;
  if (input === undefined) throw new UnsupportedPrice('its input has no price');
  const cacheWrite = stated.cacheWrite ?? input;
  return {
    cachedInput: input,
    cacheWrite,
    cacheWrite1h: provider === 'anthropic' ? 2 * input : cacheWrite,
    ...(output === undefined ? {} : { reasoning: output }),
    ...stated,
  };
}

function inOrder(prices: UnitPrices): UnitPrices {
  return Object.fromEntries(UNITS.flatMap((unit) => (prices[unit] === undefined ? [] : [[unit, prices[unit]]])));
}
