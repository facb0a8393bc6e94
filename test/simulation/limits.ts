import { countersPartition } from '../../lambdas/contracts/storage/table-keys/keys';
import { lesser } from '../../lambdas/domain/money/pico';
import type { Counting } from '../../lambdas/domain/wallet/holds/counting';
import type { Item } from '../../lambdas/domain/table/value';
import type { RequestAction } from './actions';
import { movedInto, pico, text } from './fields';
import { accountIdOf, budgetIdOf, COUNTER_ID, type Intents, type RequestIntent } from './intents';
import type { Limits, Plan } from './planned';
import type { Stored } from './stored';
import { expectKept } from './violation';

export const WINDOW = 'total';

/**
 * How a request counts.
 * @param limits of its key. @default none
 * @param shared the places of the budgets that it shares
 */
export function countingOf(
  { limits, shared: budgets }: Pick<Plan, 'limits' | 'shared'>,
  { isLimited = false, shares = [] }: Pick<RequestAction, 'isLimited' | 'shares'>,
): Counting | undefined {
  const own = isLimited ? limits : undefined;
  const shared = shares.flatMap((place) => {
    const budget = budgets[place];
    return budget ? [{ budgetId: budgetIdOf(place), window: WINDOW, ...budget }] : [];
  });
  if (!own && shared.length === 0) return undefined;
  return {
    counterId: COUNTER_ID,
    ...(own && { runningMax: own.runningMax, budget: { window: WINDOW, limitPico: own.budgetPico } }),
    ...(shared.length > 0 && { shared }),
  };
}

/** A key's counters equal the replay of its charges and live holds, and never exceed its limits. */
export function limitsAreKept(stored: Stored, intents: Intents, limits: Limits | undefined): void {
  const isLimited = (item: Item): boolean =>
    typeof item['requestId'] === 'string' && intents.requests.get(text(item, 'requestId'))?.isLimited === true;
  const holds = [...stored.holds.values()].filter(isLimited);
  const entries = [...stored.entriesOf(accountIdOf(0)).values()].filter(isLimited);
  const held = holds.reduce((sum, hold) => sum + pico(hold, 'heldPico'), 0n);
  const spent = entries.reduce((sum, entry) => sum + movedInto('spent', entry), 0n);
  const budget = stored.counters.get(budgetName(COUNTER_ID));
  const [counted, heldCounted] = [countOf(budget, 'countedPico'), countOf(budget, 'heldPico')];
  const running = countOf(stored.counters.get(`${countersPartition(COUNTER_ID)} running`), 'running');
  expectKept('key rules', counted === spent + held, `a budget counts ${counted}, not ${spent} spent and ${held} held`);
  expectKept('key rules', heldCounted === held, `${heldCounted} of a budget is held, and not ${held}`);
  expectKept('key rules', running === BigInt(holds.length), `${running} of ${holds.length} requests are counted`);
  expectKept('key rules', counted <= (limits?.budgetPico ?? 0n), `${counted} is more than the budget`);
  expectKept('key rules', running <= BigInt(limits?.runningMax ?? 0), `${running} are more than may run`);
}

/** The rest of the budgets that a request counts in; undefined if it counts in none. */
export function budgetLeftIn(
  stored: Stored,
  { limits, shared }: Pick<Plan, 'limits' | 'shared'>,
  { isLimited, shares }: Pick<RequestIntent, 'isLimited' | 'shares'>,
): bigint | undefined {
  // Without the parts of a budget, which another request may fill and empty at any time.
  const left = (counterId: string, limitPico = 0n): bigint =>
    limitPico - countOf(stored.counters.get(budgetName(counterId)), 'countedPico');
  const rests = [
    ...(isLimited ? [left(COUNTER_ID, limits?.budgetPico)] : []),
    ...shares.map((place) => left(budgetIdOf(place), shared[place]?.limitPico)),
  ];
  return rests.length === 0 ? undefined : rests.reduce(lesser);
}

export const budgetName = (counterId: string): string => `${countersPartition(counterId)} budget#${WINDOW}`;

/** An absent count is zero. */
export const countOf = (counter: Item | undefined, name: string): bigint =>
  counter?.[name] === undefined ? 0n : pico(counter, name);
