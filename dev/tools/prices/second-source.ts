import { MODEL_CONFIGS, type ModelConfig } from 'llm-zoo';
import { parseUsd, PICO_PER_USD } from '../../../lambdas/domain/money/pico';

/** Pico-dollars per million tokens. */
export interface ComparedPrices {
  readonly input: bigint;
  readonly output: bigint;
  readonly cachedInput: bigint | undefined;
}

/** One entry of the second source. Several may be about one model, and may contradict each other. */
export interface SecondModel {
  /** The exact names that it is about: the dated one first, and the one without a date. */
  readonly names: readonly string[];
  readonly prices: ComparedPrices;
  readonly contextTokens: number;
  readonly outputTokensMax: number;
}

/** Only a check on the first source, and what it knows of limits: no price is taken from here. */
export function secondSource(provider: string): readonly SecondModel[] {
  return Object.values(MODEL_CONFIGS)
    .filter((entry) => (entry.provider as string) === provider && isStandard(entry))
    .map((entry) => readEntry(entry));
}

/** The entries about a model of these names. */
export function entriesAbout(names: readonly string[], second: readonly SecondModel[]): readonly SecondModel[] {
  return second.filter((entry) => entry.names.some((name) => names.includes(name)));
}

/** A faster tier has a price of its own under the same name; what only OpenRouter serves has OpenRouter's. */
function isStandard({ serviceTier, openRouterOnly }: ModelConfig): boolean {
  return serviceTier === undefined && !openRouterOnly;
}

function readEntry(entry: ModelConfig): SecondModel {
  return {
    names: [...new Set([entry.fullName, entry.shortName])],
    prices: {
      input: parseUsd(String(entry.inputPrice)),
      output: parseUsd(String(entry.outputPrice)),
      cachedInput: cachedInputPico(entry),
    },
    contextTokens: entry.contextWindow,
    outputTokensMax: entry.maxOutputTokens,
  };
}

/** It states a share of the input's price, also for a model without a cache: there it means nothing. */
function cachedInputPico({ inputPrice, capabilities }: ModelConfig): bigint | undefined {
  const { supportsPromptCaching, supportsAutoPromptCaching, cacheDiscountFactor } = capabilities;
  if (!supportsPromptCaching && !supportsAutoPromptCaching) return undefined;
  return (parseUsd(String(inputPrice)) * parseUsd(String(cacheDiscountFactor))) / PICO_PER_USD;
}
