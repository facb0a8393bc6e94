import type { SpendingRulesView, StoredBudget, StoredBudgets } from '../../../contracts/http/spending-rules';
import { inParallel } from '../../in-parallel';
import type { TableStore } from '../../table/table-store';
import { readCounted } from '../../wallet/holds/budget-counters';
import { resetOf, windowAt } from '../budget-window';

const CONCURRENT_READS_MAX = 20;

type BudgetView = SpendingRulesView['budgets'][number];

/** Budgets with what was spent of each in its current window. @param now epoch milliseconds */
export const budgetViews = (store: TableStore, budgets: StoredBudgets, now: number): Promise<BudgetView[]> =>
  inParallel(budgets, CONCURRENT_READS_MAX, (budget) => viewOf(store, budget, now));

async function viewOf(store: TableStore, budget: StoredBudget, now: number): Promise<BudgetView> {
  const { budgetId, limitPico } = budget;
  const window = windowAt(budget, now);
  const resetsOn = resetOf(window);
  const { countedPico, heldPico } = await readCounted(store, { counterId: budgetId, window });
  const leftPico = BigInt(limitPico) - countedPico;
  return {
    ...budget,
    spentPico: String(countedPico - heldPico),
    heldPico: String(heldPico),
    leftPico: String(leftPico > 0n ? leftPico : 0n),
    ...(resetsOn !== undefined && { resetsOn }),
  };
}
