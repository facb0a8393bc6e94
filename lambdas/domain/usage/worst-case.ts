import type { PriceTier, PriceVersion } from '../../contracts/storage/catalog';
import type { InputUnit, OutputUnit, Unit } from '../../contracts/storage/units';
import { tiersUpTo, unitPricePico } from '../catalog/price';

interface BoundedRequest {
  readonly version: PriceVersion;
  /** An upper bound on the tokens of the whole prompt. */
  readonly inputTokensMax: number;
  /** Whether the input or output can contain audio. @default false */
  readonly audio?: boolean;
  /** Whether the input or output can contain images. @default false */
  readonly image?: boolean;
}

const TEXT_INPUT: readonly InputUnit[] = ['input', 'cachedInput', 'cacheWrite', 'cacheWrite1h'];
const AUDIO_INPUT: readonly InputUnit[] = ['audioInput', 'cachedAudioInput'];
const IMAGE_INPUT: readonly InputUnit[] = ['imageInput'];
const TEXT_OUTPUT: readonly OutputUnit[] = ['output', 'reasoning'];
const AUDIO_OUTPUT: readonly OutputUnit[] = ['audioOutput'];
const IMAGE_OUTPUT: readonly OutputUnit[] = ['imageOutput'];

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

const UNLIMITED = BigInt(Number.MAX_SAFE_INTEGER);

/** The highest prices in each tier that the prompt can reach, because a lower tier may be more expensive. */
function highestPrices({ version, inputTokensMax, audio = false, image = false }: BoundedRequest) {
  const inputs = [...TEXT_INPUT, ...(audio ? AUDIO_INPUT : []), ...(image ? IMAGE_INPUT : [])];
  const outputs = [...TEXT_OUTPUT, ...(audio ? AUDIO_OUTPUT : []), ...(image ? IMAGE_OUTPUT : [])];
  return tiersUpTo(version, inputTokensMax).map((tier) => ({
    inputPico: highestPricePico(tier, inputs),
    outputPico: highestPricePico(tier, outputs),
  }));
}

function highestPricePico(tier: PriceTier, units: readonly Unit[]): bigint {
  return units.map((unit) => unitPricePico(tier, unit)).reduce((most, pico) => (pico > most ? pico : most), 0n);
}
