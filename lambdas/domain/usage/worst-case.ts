import type { PriceTier, PriceVersion } from '../../contracts/storage/catalog';
import type { InputUnit, OutputUnit, Unit } from '../../contracts/storage/units';
import { tiersUpTo, unitPricePico } from '../catalog/price';

interface Bounded {
  readonly version: PriceVersion;
  /** An upper bound of the whole prompt. */
  readonly inputTokensMax: number;
  /** Whether audio can go in or come out. @default false */
  readonly audio?: boolean;
  /** Whether images can go in or come out. @default false */
  readonly image?: boolean;
}

const TEXT_INPUT: readonly InputUnit[] = ['input', 'cachedInput', 'cacheWrite', 'cacheWrite1h'];
const AUDIO_INPUT: readonly InputUnit[] = ['audioInput', 'cachedAudioInput'];
const IMAGE_INPUT: readonly InputUnit[] = ['imageInput'];
const TEXT_OUTPUT: readonly OutputUnit[] = ['output', 'reasoning'];
const AUDIO_OUTPUT: readonly OutputUnit[] = ['audioOutput'];
const IMAGE_OUTPUT: readonly OutputUnit[] = ['imageOutput'];

/** The most that a request can cost: every token in the dearest unit it can be, in the dearest tier it can reach. */
export function worstCasePico(request: Bounded & { readonly outputTokensMax: number }): bigint {
  const { inputTokensMax, outputTokensMax } = request;
  const costs = dearestPrices(request).map(
    ({ inputPico, outputPico }) => BigInt(inputTokensMax) * inputPico + BigInt(outputTokensMax) * outputPico,
  );
  return costs.reduce((most, costPico) => (costPico > most ? costPico : most), 0n);
}

/**
 * The most output tokens whose worst case the money pays for; 0 when it does not even pay for the prompt.
 * Where output is free, as many as a number holds.
 */
export function affordableOutputTokens(request: Bounded & { readonly availablePico: bigint }): number {
  const { inputTokensMax, availablePico } = request;
  const affordable = dearestPrices(request).map(({ inputPico, outputPico }) => {
    const leftPico = availablePico - BigInt(inputTokensMax) * inputPico;
    if (leftPico < 0n) return 0n;
    return outputPico === 0n ? UNLIMITED : leftPico / outputPico;
  });
  return Number(affordable.reduce((least, tokens) => (tokens < least ? tokens : least), UNLIMITED));
}

const UNLIMITED = BigInt(Number.MAX_SAFE_INTEGER);

/** A lower tier may be the dearer one, so each that the prompt can fall into counts. */
function dearestPrices({ version, inputTokensMax, audio = false, image = false }: Bounded) {
  const inputs = [...TEXT_INPUT, ...(audio ? AUDIO_INPUT : []), ...(image ? IMAGE_INPUT : [])];
  const outputs = [...TEXT_OUTPUT, ...(audio ? AUDIO_OUTPUT : []), ...(image ? IMAGE_OUTPUT : [])];
  return tiersUpTo(version, inputTokensMax).map((tier) => ({
    inputPico: dearestPico(tier, inputs),
    outputPico: dearestPico(tier, outputs),
  }));
}

function dearestPico(tier: PriceTier, units: readonly Unit[]): bigint {
  return units.map((unit) => unitPricePico(tier, unit)).reduce((most, pico) => (pico > most ? pico : most), 0n);
}
