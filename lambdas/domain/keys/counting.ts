import type { BudgetRule } from '../../contracts/http/key-rules';
import { MINUTE_MS } from '../clock';
import type { Counting, SharedBudget } from '../wallet/holds/counting';
import { windowAt } from './budget-window';
import { appliesTo } from './spending/budgets';
import type { SpendingRules } from './spending/known-spending-rules';
import type { KeyOwner } from './verified-keys';

/**
 * The parts of a request that the key's rules count, and the budgets that it shares with other keys.
 * @param request.tokens the most that it can consume and produce
 * @param request.spending the account's spending rules. @default none
 * @returns undefined for a request that nothing counts
 */
export function countingOf(
  caller: KeyOwner,
  { now, tokens, spending }: { readonly now: number; readonly tokens: number; readonly spending?: SpendingRules },
): Counting | undefined {
  const { keyId, counterId = keyId, rules = {} } = caller;
  const { budget, requestsPerMinute: requestsMax, tokensPerMinute: tokensMax, concurrency: runningMax } = rules;
  const shared =
    spending?.budgets.filter((each) => appliesTo(each, caller)).map((each) => sharedBudget(each, now)) ?? [];
  const counting: Counting = {
    counterId,
    ...(budget && { budget: windowOf(budget, now) }),
    ...((requestsMax ?? tokensMax) !== undefined && {
      minute: { start: now - (now % MINUTE_MS), tokens, requestsMax, tokensMax },
    }),
    runningMax,
    ...(shared.length > 0 && { shared }),
  };
  return (counting.budget ?? counting.minute ?? counting.runningMax ?? counting.shared) ? counting : undefined;
}

const windowOf = (budget: BudgetRule, now: number): { readonly window: string; readonly limitPico: bigint } => ({
  window: windowAt(budget, now),
  limitPico: BigInt(budget.limitPico),
});

const sharedBudget = ({ budgetId, of, ...rule }: SpendingRules['budgets'][number], now: number): SharedBudget => ({
  budgetId,
  of,
  ...windowOf(rule, now),
});
