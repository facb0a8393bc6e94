import type { StoredBudget, StoredBudgets } from '../../../contracts/http/spending-rules';
import type { Labels } from '../../../contracts/http/key-rules';
import type { KeyOwner } from '../verified-keys';

/** Whether the requests of a key count in a budget. */
export function appliesTo(budget: StoredBudget, { payer, rules = {} }: Pick<KeyOwner, 'payer' | 'rules'>): boolean {
  switch (budget.of) {
    case 'account':
      return true;
    case 'member':
      return budget.personId === payer;
    case 'label':
      return rules.labels?.[budget.name] === budget.value;
  }
}

/** Whether two budgets limit the same keys, so that an account can have only one of them. */
export const isSameOwner = (one: object, other: object): boolean => ownerName(one) === ownerName(other);

/** The owner of a budget as text: the names of what it limits. */
function ownerName(budget: object): string {
  const { of, personId, name, value } = budget as { readonly [member: string]: unknown };
  return JSON.stringify([of, personId, name, value]);
}

/** The names of labels that budgets are for and that differ between two versions of a key's labels. */
export function budgetedChanges(budgets: StoredBudgets, before: Labels = {}, after: Labels = {}): readonly string[] {
  const names = new Set(budgets.flatMap((budget) => (budget.of === 'label' ? [budget.name] : [])));
  return [...names].filter((name) => before[name] !== after[name]);
}
