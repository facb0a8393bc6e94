import type { Target } from '../../catalog/catalog';

/** How fast a provider can produce output. Tokens that it produced beyond its pace may not be covered by the hold. */
export interface Pace {
  /** The most tokens that can arrive at once. */
  readonly burstTokens: number;
  /** The most tokens a second of one choice, over any longer time. */
  readonly tokensPerSecond: number;
}

/** Above what the fastest models of the large providers have been seen to produce, and below special hardware. */
const DEFAULT_PACE: Pace = { burstTokens: 1_024, tokensPerSecond: 400 };

/** Providers with special hardware, by the ID of their price list. */
const FAST_PACE: Pace = { burstTokens: 4_096, tokensPerSecond: 4_000 };
const FAST_PROVIDERS: ReadonlySet<string> = new Set(['cerebras', 'groq', 'sambanova', 'fireworks_ai']);

export const paceOf = (priceListId: string): Pace => (FAST_PROVIDERS.has(priceListId) ? FAST_PACE : DEFAULT_PACE);

/** The paces that are known of providers. */
export interface Paces {
  /** @returns undefined if the output of the target has to be held for in full */
  of(target: Target): Pace | undefined;
}

/** The paces of providers as they are known beforehand. */
export const KNOWN_PACES: Paces = { of: ({ provider }) => paceOf(provider.catalog ?? provider.id) };

/** The pace of whichever target is fastest; undefined if the output of one has to be held for in full. */
export function fastestPace(paces: Paces, targets: readonly Target[]): Pace | undefined {
  const all = targets.map((target) => paces.of(target));
  if (!all.every((pace) => pace !== undefined)) return undefined;
  return {
    burstTokens: Math.max(...all.map(({ burstTokens }) => burstTokens)),
    tokensPerSecond: Math.max(...all.map(({ tokensPerSecond }) => tokensPerSecond)),
  };
}
