import { MODEL_CONFIGS, type ModelConfig } from 'llm-zoo';
import { parseUsd, PICO_PER_USD } from '../../../lambdas/domain/money/pico';

/** Prices in pico-dollars per million tokens. */
export interface ComparedPrices {
  readonly input: bigint;
  readonly output: bigint;
  readonly cachedInput: bigint | undefined;
}

/** One entry of the second source. Several entries may describe the same model and contradict each other. */
export interface SecondSourceModel {
  /** The exact names of the model: the dated one first, then the one without a date. */
  readonly names: readonly string[];
  readonly prices: ComparedPrices;
  readonly contextTokens: number;
  readonly outputTokensMax: number;
}

/** Reads the second source, which cross-checks the prices of the first and adds token limits. It supplies no price. */
export function secondSource(provider: string): readonly SecondSourceModel[] {
  return Object.values(MODEL_CONFIGS)
    .filter((entry) => (entry.provider as string) === provider && isStandard(entry))
    .map((entry) => readEntry(entry));
}

/** The entries for a model with any of these names. */
export function entriesAbout(
  names: readonly string[],
  second: readonly SecondSourceModel[],
): readonly SecondSourceModel[] {
  return second.filter((entry) => entry.names.some((name) => names.includes(name)));
}

/** Skips faster tiers, which have other prices under the same name, and models at OpenRouter's prices. */
function isStandard({ serviceTier, openRouterOnly }: ModelConfig): boolean {
  return serviceTier === undefined && !openRouterOnly;
}

function readEntry(entry: ModelConfig): SecondSourceModel {
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

/** The source states the cache price as a fraction of the input price, even for models without a cache. */
function cachedInputPico({ inputPrice, capabilities }: ModelConfig): bigint | undefined {
  const { supportsPromptCaching, supportsAutoPromptCaching, cacheDiscountFactor } = capabilities;
  if (!supportsPromptCaching && !supportsAutoPromptCaching) return undefined;
  return (parseUsd(String(inputPrice)) * parseUsd(String(cacheDiscountFactor))) / PICO_PER_USD;
}
