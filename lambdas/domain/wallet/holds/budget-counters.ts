import { budgetCounterKey } from '../../../contracts/storage/table-keys/keys';
import { KEYS } from '../../../contracts/storage/tables';
import { lesser } from '../../money/pico';
import type { GuardedWrite } from '../../table/commit';
import { all } from '../../table/condition';
import type { TableStore, Update } from '../../table/table-store';
import type { Item } from '../../table/value';
import { beginShortage, mayRollAgain } from '../balance/may-roll';
import { type BudgetLeft, KeyLimitReached, WorstCaseRequired } from '../wallet-errors';
import { atMost } from './counter-conditions';
import { type Counted, decodeCounted, readParts } from './budget-parts';
import { budgetsOf, type CountedBudget, type Counting, type SharedBudget } from './counting';

/** The rest of a budget is too small for what should be counted in it. */
export class BudgetShort {
  readonly budget: BudgetLeft;
  constructor(budget: BudgetLeft) {
    this.budget = budget;
  }
}

/**
 * Counts a hold in each of its budgets, with one write for each.
 * @param rollsAt when the request was admitted, if its hold rolls
 */
export const countInBudgets = (
  counting: Counting,
  heldPico: bigint,
  rollsAt: number | undefined,
): readonly GuardedWrite<KeyLimitReached | WorstCaseRequired>[] =>
  budgetsOf(counting).map((budget) => {
    const within = addWithin(budget, { countedPico: heldPico, heldPico });
    return {
      write: rollsAt === undefined ? within : { ...within, when: all(within.when, mayRollAgain(rollsAt)) },
      otherwise: (counted) => {
        const rest = restOf(budget, decodeCounted(counted));
        return rollsAt === undefined || rest.leftPico < heldPico
          ? new KeyLimitReached({ kind: 'budget', ...rest })
          : new WorstCaseRequired(cutUntilOf(counted));
      },
    };
  });

/**
 * Subtracts what a hold did not use from each of its budgets. Only a charge above the hold has to fit into them.
 * @param end.isShort whether the request was ended because a budget could not pay for more
 */
export function endInBudgets(
  counting: Counting,
  end: { readonly heldPico: bigint; readonly costPico: bigint; readonly now: number; readonly isShort: boolean },
): readonly GuardedWrite<BudgetShort>[] {
  const addedPico = end.costPico - end.heldPico;
  return budgetsOf(counting).map((budget) => {
    const counted = resize(budget, { countedPico: addedPico, heldPico: -end.heldPico });
    return end.isShort ? { ...counted, write: beginShortage(counted.write, end.now) } : counted;
  });
}

/** Counts a change of a hold's amount while its request runs. Only growth has to fit into the budgets. */
export const resizeInBudgets = (counting: Counting, amountPico: bigint): readonly GuardedWrite<BudgetShort>[] =>
  budgetsOf(counting).map((budget) => resize(budget, { countedPico: amountPico, heldPico: amountPico }));

/** Counts the growth of a lease in its budget's counter. Its part notes that the lease holds it. */
export const countForLease = (budget: SharedBudget, addedPico: bigint): GuardedWrite<BudgetShort> =>
  resize({ ...budget, counterId: budget.budgetId }, { countedPico: addedPico, heldPico: 0n });

/** Notes at the counters of budgets that a request was ended because one of them had too little. */
export const notesOfShortage = (counting: Counting, now: number): readonly Update[] =>
  budgetsOf(counting).map((budget) => beginShortage(add(budget, { countedPico: 0n, heldPico: 0n }), now));

/** Counts a charge made after its hold has expired, on the condition that the budgets can pay it. */
export const countLate = (counting: Counting, costPico: bigint): readonly Update[] =>
  costPico > 0n ? budgetsOf(counting).map((budget) => addWithin(budget, { countedPico: costPico, heldPico: 0n })) : [];

/** The rest of the budget that has the least left, with that of its parts; undefined for a request without budgets. */
export async function readBudget(store: TableStore, counting: Counting): Promise<BudgetLeft | undefined> {
  const rests = await Promise.all(
    budgetsOf(counting).map(async (budget) => restOf(budget, await readCounted(store, budget))),
  );
  return rests.reduce<BudgetLeft | undefined>((least, rest) => (least ? shorterBudget(least, rest) : rest), undefined);
}

/** The amounts that a budget has counted in a window, in pico-dollars: charges and holds, and the holds alone, also in its parts. */
export async function readCounted(
  store: TableStore,
  { counterId, window }: Pick<CountedBudget, 'counterId' | 'window'>,
): Promise<Counted> {
  const main = decodeCounted(await store.get({ table: KEYS, key: budgetCounterKey(counterId, window) }));
  if (!main.hasParts) return main;
  const parts = await readParts(store, { budgetId: counterId, window });
  return [...parts.values()].reduce(
    (sum, { leftPico, heldPico }) => ({
      ...sum,
      countedPico: sum.countedPico - leftPico,
      heldPico: sum.heldPico + heldPico,
    }),
    main,
  );
}

/** The budget that has less left: the one that binds first. */
export const shorterBudget = (one: BudgetLeft, other: BudgetLeft): BudgetLeft =>
  other.leftPico < one.leftPico ? other : one;

/** The changes of a budget's counter, in pico-dollars. */
interface BudgetChange {
  /** The sum of the charges and holds of the window. */
  readonly countedPico: bigint;
  /** The held part of it. It decides which refusal a request gets and what people are told, and no money depends on it. */
  readonly heldPico: bigint;
}

const resize = (budget: CountedBudget, change: BudgetChange): GuardedWrite<BudgetShort> & { readonly write: Update } =>
  change.countedPico > 0n
    ? {
        write: addWithin(budget, change),
        otherwise: (counted) => new BudgetShort(restOf(budget, decodeCounted(counted))),
      }
    : { write: add(budget, change) };

const add = ({ counterId, window }: CountedBudget, { countedPico, heldPico }: BudgetChange): Update => ({
  table: KEYS,
  update: budgetCounterKey(counterId, window),
  change: { add: { countedPico, heldPico } },
});

const addWithin = (budget: CountedBudget, change: BudgetChange): Required<Update> => ({
  ...add(budget, change),
  when: atMost('countedPico', budget.limitPico - change.countedPico),
});

function restOf({ of, counterId, window, limitPico }: CountedBudget, counted: Counted): BudgetLeft {
  const { countedPico, heldPico, hasParts } = counted;
  return { of, counterId, window, leftPico: limitPico - lesser(countedPico, limitPico), heldPico, hasParts };
}

const cutUntilOf = (counted: Item | undefined): number => Number(counted?.['cutUntil'] ?? 0n);
