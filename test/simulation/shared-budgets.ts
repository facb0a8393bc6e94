import { countersPartition } from '../../lambdas/contracts/storage/table-keys/keys';
import { SHARDS } from '../../lambdas/contracts/storage/table-keys/key-parts';
import type { Item } from '../../lambdas/domain/table/value';
import { movedInto, pico, text } from './fields';
import { accountIdOf, budgetIdOf, type Intents } from './intents';
import { budgetName, countOf, WINDOW } from './limits';
import type { Plan } from './planned';
import type { Stored } from './stored';
import { expectKept } from './violation';

/**
 * A budget that requests share equals the charges, live holds and leases of those requests, with what its parts have
 * left, and never exceeds its limit.
 */
export function sharedBudgetsAreKept(stored: Stored, intents: Intents, shared: Plan['shared']): void {
  for (const [place, { of, limitPico }] of shared.entries()) {
    const budgetId = budgetIdOf(place);
    const what = `the budget of the ${of}`;
    const { holds, leases, spent } = countedItems(stored, intents, place);
    const held = sumOf(holds);
    const leased = sumOf(leases);
    const parts = SHARDS.map((part) => ({ part, item: stored.counters.get(partName(budgetId, part)) }));
    const left = parts.reduce((sum, { item }) => sum + countOf(item, 'leftPico'), 0n);
    const counter = stored.counters.get(budgetName(budgetId));
    const [counted, heldCounted] = [countOf(counter, 'countedPico'), countOf(counter, 'heldPico')];
    const used = spent + held + leased;
    expectKept(
      'shared budgets',
      counted - left === used,
      `${what} counts ${counted}, not ${used} and ${left} in parts`,
    );
    expectKept('shared budgets', heldCounted === held, `${heldCounted} of ${what} is held, and not ${held}`);
    expectKept('shared budgets', counted <= limitPico, `${counted} is more than ${what}`);
    for (const { part, item } of parts) {
      const ofPart = sumOf(leases.filter((lease) => lease['drawer'] === part));
      const inPart = countOf(item, 'heldPico');
      expectKept('shared budgets', countOf(item, 'leftPico') >= 0n, `a part of ${what} is overdrawn`);
      expectKept('shared budgets', inPart === ofPart, `a part of ${what} holds ${inPart}, and its leases ${ofPart}`);
    }
    const hasParts = parts.every(({ item }) => item === undefined) || counter?.['hasParts'] === true;
    expectKept('shared budgets', hasParts, `${what} has parts that it does not know of`);
  }
}

/** The items that count in a budget. Requests say which budgets they meant; leases and their entries name theirs. */
function countedItems(stored: Stored, intents: Intents, place: number) {
  const budgetId = budgetIdOf(place);
  const means = (item: Item): boolean =>
    typeof item['requestId'] === 'string' &&
    intents.requests.get(text(item, 'requestId'))?.shares.includes(place) === true;
  const names = ({ budget }: Item): boolean => (budget as Item | undefined)?.['budgetId'] === budgetId;
  const lists = ({ kind, budgets = [] }: Item): boolean =>
    kind === 'lease' && (budgets as readonly Item[]).some((each) => each['budgetId'] === budgetId);
  const leases = [...stored.leases.values()].filter(names);
  for (const lease of leases) expectKept('shared budgets', means(lease), 'a lease serves a request of another budget');
  const entries = [...stored.entriesOf(accountIdOf(0)).values()].filter((entry) => means(entry) || lists(entry));
  return {
    holds: [...stored.holds.values()].filter(means),
    leases,
    spent: entries.reduce((sum, entry) => sum + movedInto('spent', entry), 0n),
  };
}

const sumOf = (items: readonly Item[]): bigint => items.reduce((sum, item) => sum + pico(item, 'heldPico'), 0n);

const partName = (budgetId: string, part: string): string =>
  `${countersPartition(`${budgetId}#${part}`)} budget#${WINDOW}`;
