import type { SecondSourceModel } from './second-source';

/** A model's limits in tokens. They bound what a request can cost, so they may be too high but never too low. */
export interface Limits {
  readonly contextTokens: number;
  readonly outputTokensMax: number;
}

/** The highest limits of any known model, used when no source states a model's own. */
const CONTEXT_FALLBACK = 1_050_000;
const OUTPUT_FALLBACK = 128_000;

/** A model with a price tier above its stated context accepts longer prompts on request, up to this many tokens. */
const LONG_CONTEXT = 1_000_000;

/**
 * Limits reviewed by hand, for models that the sources lack or describe as they once were: the output limit and, where
 * the source is wrong, the context. The first matching pattern applies. A model without its own output limit can fill
 * its context.
 */
const REVIEWED: readonly (readonly [pattern: RegExp, output: number, context?: number])[] = [
  [/^gpt-5[.-]5/, 128_000, 1_050_000],
  [/^gpt-chat-latest$/, 128_000, 400_000],
  [/^gpt-[56]/, 128_000],
  [/^o1-mini/, 65_536],
  [/^o1-preview/, 32_768],
  [/^o[134]/, 100_000],
  [/^gpt-4\.1/, 32_768, 1_047_576],
  [/^gpt-4\.5/, 16_384, 128_000],
  [/^gpt-4o-2024-05-13$/, 4_096],
  [/^(chat)?gpt-(4o|audio)/, 16_384],
  [/^gpt-4-(turbo|vision|0125|1106)/, 4_096],
  [/^gpt-4-32k/, 32_768, 32_768],
  [/^gpt-4/, 8_192],
  [/^gpt-35?(\.5)?-turbo(-0125|-1106)?$/, 4_096],
  [/^gpt-3/, 16_385, 16_385],
  [/^claude-(2|v1|3-(opus|sonnet|haiku))/, 4_096, 200_000],
  [/^claude-3-5/, 8_192],
  [/^claude-opus-4-[01]$/, 32_000],
  [/^claude-(3-7|sonnet-4|haiku-4|opus-4-5)/, 64_000],
  [/^claude-(opus|sonnet|fable)-/, 128_000],
];

/** The statements of all sources about one model. */
export interface LimitSources {
  readonly id: string;
  readonly contextTokens: number | undefined;
  /** The second source's entries for any of the model's names. */
  readonly second: readonly SecondSourceModel[];
  /** The prompt length at which the model's highest price tier begins. */
  readonly tierMax: number;
}

/** Takes the highest of several statements. */
export function limitsOf({ id, contextTokens: stated, second, tierMax }: LimitSources): Limits {
  const [, output, context] = REVIEWED.find(([pattern]) => pattern.test(id)) ?? [];
  const known = highest([stated, context, ...second.map((model) => model.contextTokens)]) ?? CONTEXT_FALLBACK;
  const contextTokens = tierMax >= known ? LONG_CONTEXT : known;
  const outputTokens = highest([output, ...second.map((model) => model.outputTokensMax)]) ?? OUTPUT_FALLBACK;
  return { contextTokens, outputTokensMax: Math.min(outputTokens, contextTokens) };
}

function highest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
