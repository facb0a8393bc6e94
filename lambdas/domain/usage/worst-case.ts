import type { PriceTier, PriceVersion } from '../../contracts/storage/catalog';
import {
  type CacheWrite,
  type InputUnit,
  OUTPUT_UNITS,
  type OutputUnit,
  type Unit,
} from '../../contracts/storage/units';
import { larger } from '../money/pico';
import { tiersUpTo, unitPricePico } from '../catalog/price';

interface BoundedRequest {
  readonly version: PriceVersion;
  /** An upper bound on the tokens of the whole prompt. */
  readonly inputTokensMax: number;
  /** The units of prompt caching that the request can write. */
  readonly cacheWrites: readonly CacheWrite[];
  /** The units besides text that the input or output can contain. @default none */
  readonly dearerUnits?: readonly Unit[];
}

const TEXT_INPUT: readonly InputUnit[] = ['input', 'cachedInput'];
const TEXT_OUTPUT: readonly OutputUnit[] = ['output', 'reasoning'];
const OUTPUT: ReadonlySet<Unit> = new Set(OUTPUT_UNITS);

/**
 * The most that a request can cost, in pico-dollars. It prices every token as the most expensive unit that it can be, in
 * the most expensive tier that the prompt can reach.
 */
export function worstCasePico(request: BoundedRequest & { readonly outputTokensMax: number }): bigint {
  const { inputTokensMax, outputTokensMax } = request;
  const costs = highestPrices(request).map(
    ({ inputPico, outputPico }) => BigInt(inputTokensMax) * inputPico + BigInt(outputTokensMax) * outputPico,
  );
  return costs.reduce((most, costPico) => (costPico > most ? costPico : most), 0n);
}

/**
 * The largest number of output tokens whose worst case the available money covers. It is 0 if the money does not cover
 * the prompt, and `Number.MAX_SAFE_INTEGER` if output is free.
 */
export function affordableOutputTokens(request: BoundedRequest & { readonly availablePico: bigint }): number {
  const { inputTokensMax, availablePico } = request;
  const affordable = highestPrices(request).map(({ inputPico, outputPico }) => {
    const leftPico = availablePico - BigInt(inputTokensMax) * inputPico;
    if (leftPico < 0n) return 0n;
    return outputPico === 0n ? UNLIMITED : leftPico / outputPico;
  });
  return Number(affordable.reduce((least, tokens) => (tokens < least ? tokens : least), UNLIMITED));
}

/** The price of an output token in the most expensive tier that the prompt can reach, in pico-dollars. */
export const highestOutputPico = (request: BoundedRequest): bigint =>
  highestPrices(request).reduce((most, { outputPico }) => larger(most, outputPico), 0n);

const UNLIMITED = BigInt(Number.MAX_SAFE_INTEGER);

/** The highest prices in each tier that the prompt can reach, because a lower tier may be more expensive. */
function highestPrices({ version, inputTokensMax, cacheWrites, dearerUnits = [] }: BoundedRequest) {
  const inputs = [...TEXT_INPUT, ...cacheWrites, ...dearerUnits.filter((unit) => !OUTPUT.has(unit))];
  const outputs = [...TEXT_OUTPUT, ...dearerUnits.filter((unit) => OUTPUT.has(unit))];
  return tiersUpTo(version, inputTokensMax).map((tier) => ({
    inputPico: highestPricePico(tier, inputs),
    outputPico: highestPricePico(tier, outputs),
  }));
}

function highestPricePico(tier: PriceTier, units: readonly Unit[]): bigint {
  return units.map((unit) => unitPricePico(tier, unit)).reduce((most, pico) => (pico > most ? pico : most), 0n);
}
