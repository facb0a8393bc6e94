import { partsOf, resetOf, zoneOf } from '../../keys/budget-window';
import type { SpendingRules } from '../../keys/spending/known-spending-rules';
import type { BudgetLeft } from '../../wallet/wallet-errors';

/** The owner of a budget in a message to a client. It names no person, because clients log messages. */
export function ownerOf({ of, counterId }: Pick<BudgetLeft, 'of' | 'counterId'>, { budgets }: SpendingRules): string {
  switch (of) {
    case 'key':
      return 'this key';
    case 'member':
      return 'the member who pays for this key';
    case 'label': {
      const budget = budgets.find(({ budgetId }) => budgetId === counterId);
      return budget?.of === 'label' ? `the label ${budget.name}=${budget.value}` : 'a label of this key';
    }
    default:
      return 'the account';
  }
}

/** The window of a budget in a message to a client, and when the next one begins. */
export function periodOf({ window }: Pick<BudgetLeft, 'window'>): string {
  const resetsOn = resetOf(window);
  if (resetsOn === undefined) return 'in total and does not reset';
  return `this ${partsOf(window).kind} and resets on ${resetsOn} (${zoneOf(window)})`;
}
