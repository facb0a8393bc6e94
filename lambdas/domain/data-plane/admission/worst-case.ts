import type { MeteredRequest, RequestBound } from '../../dialects/endpoint';
import { larger } from '../../money/pico';
import { affordableOutputTokens, highestOutputPico, worstCasePico } from '../../usage/worst-case';
import type { PricedTargets } from './priced-targets';

/** A wallet that affords fewer tokens than this counts as empty. It is the lowest limit that OpenAI accepts. */
const OUTPUT_TOKENS_MIN = 16;

/** The most that a request can cost, and the most input and output tokens it can have. */
export interface WorstCase {
  readonly pico: bigint;
  readonly tokens: number;
}

/**
 * The worst case over all targets, because any of them may serve the request.
 * @param outputTokens what all choices together produce at most. @default what the request allows
 */
export function worstCase(targets: PricedTargets, outputTokens = Infinity): WorstCase {
  const cases = targets.map(({ bound, price }) => {
    const limited = { ...bound, outputTokensMax: Math.min(bound.outputTokensMax, outputTokens) };
    const pico = worstCasePico({ version: price, ...limited });
    return { pico, tokens: limited.inputTokensMax + limited.outputTokensMax };
  });
  return {
    pico: cases.map(({ pico }) => pico).reduce(larger, 0n),
    tokens: Math.max(...cases.map(({ tokens }) => tokens)),
  };
}

/** The price of an output token in the most expensive case at any target, in pico-dollars. */
export const dearestOutputPico = (targets: PricedTargets): bigint =>
  targets.map(({ bound, price }) => highestOutputPico({ version: price, ...bound })).reduce(larger, 0n);

/**
 * @returns the tokens of one choice that are affordable at every target; undefined when they are too few, or the limit
 * is the client's
 */
export function affordableCap(
  request: MeteredRequest,
  targets: PricedTargets,
  availablePico: bigint,
): number | undefined {
  if (!request.isOutputOpen) return undefined;
  const affordable = targets.map((target) =>
    affordableOutputTokens({ version: target.price, ...target.bound, availablePico }),
  );
  const cap = Math.floor(Math.min(...affordable) / request.choices);
  return cap >= OUTPUT_TOKENS_MIN ? cap : undefined;
}

/** @param cap a limit on the output of one choice */
export function capped(bound: RequestBound, { choices }: MeteredRequest, cap: number | undefined): RequestBound {
  return cap === undefined ? bound : { ...bound, outputTokensMax: cap * choices };
}
