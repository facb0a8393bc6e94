import { SECOND_MS } from '../../clock';
import type { MeteredRequest } from '../../dialects/endpoint';
import { lesser } from '../../money/pico';
import type { SparedMoney } from '../../wallet/holds/spared-money';
import type { OutputPlan } from '../rolling/output-plan';
import type { PaceBook } from '../rolling/pace-book';
import type { PricedTargets } from './priced-targets';
import { dearestOutputPico, worstCase, type WorstCase } from './worst-case';

/** The output tokens of a first hold, if the provider's pace does not need more. */
const SLICE_TOKENS = 4_096;
/** A first hold lasts this long, so that most answers end before it has to grow. */
const SLICE_SECONDS = 10;
/** The output tokens of the first hold of an account that has plenty of money. */
const AMPLE_TOKENS = 32_768;
/**
 * An account has plenty of money if this many times the hold is left. The hold is then a twentieth of what it has, of
 * which nothing is returned early.
 */
const AMPLE_SHARE = 19n;

/** A way to begin a request: what it holds, and what has to be left for the requests that are running. */
export interface FirstHold extends SparedMoney {
  readonly held: WorstCase;
  /** Whether the account has plenty of money if it affords this, so that a rest need not be returned early. */
  readonly isAmple: boolean;
}

/** In the order in which they are tried. */
export type FirstHolds = readonly [...FirstHold[], FirstHold];

/** The least that a request can begin with. */
export const lastOf = (holds: FirstHolds): FirstHold => holds[holds.length - 1] ?? holds[0];

/** @returns undefined if the request has to hold its worst case, because nothing bounds the pace of a target */
export function outputPlanOf(paces: PaceBook, request: MeteredRequest, targets: PricedTargets): OutputPlan | undefined {
  const known = targets.map((target) => paces.of(target, request));
  if (!known.every((pace) => pace !== undefined)) return undefined;
  return {
    // The route goes on with another target when the first fails, so the hold has to fit the fastest of them.
    pace: {
      burstTokens: Math.max(...known.map(({ burstTokens }) => burstTokens)),
      tokensPerSecond: Math.max(...known.map(({ tokensPerSecond }) => tokensPerSecond)),
      isIncremental: known.every(({ isIncremental }) => isIncremental),
    },
    choices: request.choices,
    outputTokensMax: Math.max(...targets.map(({ bound }) => bound.outputTokensMax)),
    promptPico: worstCase(targets, 0).pico,
    outputPico: dearestOutputPico(targets),
  };
}

/**
 * The holds to try, one after the other. A stream begins with the most if the account has plenty of money, so that its
 * hold need not grow, and otherwise with one slice. A whole answer begins with all that it can cost within its time,
 * because its client gets nothing if it is cut.
 * @param timeLimitMs how long the request may take
 */
export function firstHolds(
  plan: OutputPlan,
  { stream }: MeteredRequest,
  targets: PricedTargets,
  timeLimitMs: number,
): FirstHolds {
  const { pace, choices, outputPico } = plan;
  const worst = worstCase(targets);
  const rate = pace.tokensPerSecond * choices;
  const sliceTokens = Math.max(SLICE_TOKENS, 2 * pace.burstTokens + rate * SLICE_SECONDS);
  const slice = beginningOf(plan, targets, sliceTokens);
  const sparedPico = lesser(BigInt(sliceTokens) * outputPico, slice.pico);
  // A request that needs no more than this competes with running ones only once.
  if (slice.pico === worst.pico) return [{ held: worst, isAmple: false }];
  const last = { held: slice, sparedPico, isByHeld: true, isAmple: false };
  if (stream) {
    const ample = beginningOf(plan, targets, Math.max(AMPLE_TOKENS, sliceTokens));
    return [{ held: ample, sparedPico: ample.pico * AMPLE_SHARE, isByHeld: false, isAmple: true }, last];
  }
  const wholeTokens = pace.burstTokens + Math.ceil((rate * Math.max(0, timeLimitMs)) / SECOND_MS);
  const whole = beginningOf(plan, targets, Math.max(wholeTokens, sliceTokens));
  return [{ held: whole, sparedPico, isByHeld: true, isAmple: false }, last];
}

/**
 * The hold of a request that begins with so many output tokens. The most expensive prompt and the most expensive output
 * of a route may be those of two providers, and the hold has to cover both.
 */
function beginningOf({ promptPico, outputPico }: OutputPlan, targets: PricedTargets, outputTokens: number): WorstCase {
  const pico = lesser(promptPico + BigInt(outputTokens) * outputPico, worstCase(targets).pico);
  return { pico, tokens: worstCase(targets, outputTokens).tokens };
}
