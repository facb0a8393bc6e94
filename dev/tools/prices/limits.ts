import type { SecondModel } from './second-source';

/** In tokens. They bound what a request can cost, so too high is safe and too low is not. */
export interface Limits {
  readonly contextTokens: number;
  readonly outputTokensMax: number;
}

/** For a model of which no source says it: the largest that any known model has. */
const CONTEXT_FALLBACK = 1_050_000;
const OUTPUT_FALLBACK = 128_000;

/** A model with a tier above its stated context takes longer prompts on request, up to this. */
const LONG_CONTEXT = 1_000_000;

/**
 * Reviewed by hand, where the sources are silent or older than the model: the output, and where it differs the
 * context. The first match holds. A model without a limit of its own can fill its context.
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

/** What is said about one model, by whom it may. */
export interface LimitSources {
  readonly id: string;
  readonly contextTokens: number | undefined;
  /** The second source's entries under any of the model's names. */
  readonly second: readonly SecondModel[];
  /** Where the model's highest tier begins. */
  readonly tierMax: number;
}

/** Of several statements the highest holds. */
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
