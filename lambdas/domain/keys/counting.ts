import { MINUTE_MS } from '../clock';
import type { Counting } from '../wallet/holds/counting';
import { windowAt } from './budget-window';
import type { KeyOwner } from './verified-keys';

/**
 * The parts of a request that the key's rules count.
 * @param request.tokens the most that it can consume and produce
 * @returns undefined for a key without rules that count
 */
export function countingOf(
  { keyId, counterId = keyId, rules = {} }: KeyOwner,
  { now, tokens }: { readonly now: number; readonly tokens: number },
): Counting | undefined {
  const { budget, requestsPerMinute: requestsMax, tokensPerMinute: tokensMax, concurrency: runningMax } = rules;
  const counting: Counting = {
    counterId,
    ...(budget && { budget: { window: windowAt(budget, now), limitPico: BigInt(budget.limitPico) } }),
    ...((requestsMax ?? tokensMax) !== undefined && {
      minute: { start: now - (now % MINUTE_MS), tokens, requestsMax, tokensMax },
    }),
    runningMax,
  };
  return (counting.budget ?? counting.minute ?? counting.runningMax) ? counting : undefined;
}
