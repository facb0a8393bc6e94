import { z } from 'zod';
import { SHARDS } from '../../../contracts/storage/table-keys/key-parts';
import { budgetCounterKey, budgetPartKey } from '../../../contracts/storage/table-keys/keys';
import { KEYS } from '../../../contracts/storage/tables';
import { larger, lesser } from '../../money/pico';
import { type GuardedWrite, commit } from '../../table/commit';
import { absent, all, any, compare } from '../../table/condition';
import type { TableStore, Update } from '../../table/table-store';
import type { Item } from '../../table/value';
import { newTransactionToken } from '../../table/transaction-token';
import { REFILL_LEASES_MIN, REFILL_SHARE, REFILLS_MIN } from '../balance/refills';
import type { FundsDependencies } from '../dependencies';
import { RESERVE_RETRY, retryOrUnavailable } from '../retry';
import type { Counting, SharedBudget } from './counting';

// The parts of an account's budget are to its counter what drawers are to the main balance: leases take from them, so
// that the requests of a busy account do not all write one item (docs/adr/0029-budgets-that-keys-share.md). The counter
// counts what a part was given; the part has what is left of it, and what its leases hold.

const amount = z.bigint().default(0n);
const countedSchema = z.object({ countedPico: amount, heldPico: amount, hasParts: z.boolean().default(false) });
const partSchema = z.object({ leftPico: amount, heldPico: amount, limitPico: z.bigint().optional() });

/** The counter of a budget. */
export type Counted = Readonly<z.infer<typeof countedSchema>>;
/** A part of a budget. It has what it was given under one limit. */
export type BudgetPart = Readonly<z.infer<typeof partSchema>>;

export function decodeCounted(item: Item | undefined): Counted {
  const counted = countedSchema.parse(item ?? {});
  // The end of a hold that an earlier release has counted makes it negative.
  return { ...counted, heldPico: larger(0n, counted.heldPico) };
}

/** A part has too little for a lease, or was given it under another limit. */
export class PartShort {
  readonly part: BudgetPart;
  constructor(item: Item | undefined) {
    this.part = partSchema.parse(item ?? {});
  }
}

/** Takes money for a lease from a part. */
export const takeFromPart = (budget: SharedBudget, part: string, amountPico: bigint): GuardedWrite<PartShort> => ({
  write: {
    ...changePart(budget, part, { leftPico: -amountPico, heldPico: amountPico }),
    when: all(compare('leftPico', '>=', amountPico), compare('limitPico', '=', budget.limitPico)),
  },
  otherwise: (item) => new PartShort(item),
});

/** Adds money to a lease, within the limit of its request's admission, from its part. */
export const growFromPart = (budget: SharedBudget, part: string, addedPico: bigint): GuardedWrite<PartShort> => ({
  write: {
    ...changePart(budget, part, { leftPico: -addedPico, heldPico: addedPico }),
    when: compare('leftPico', '>=', addedPico),
  },
  otherwise: (item) => new PartShort(item),
});

/** Notes that a lease holds more, which its budget's counter has paid. */
export const holdInPart = (budget: SharedBudget, part: string, addedPico: bigint): Update =>
  changePart(budget, part, { leftPico: 0n, heldPico: addedPico });

/** Returns what a lease did not spend to its part. */
export const returnToPart = (
  budget: SharedBudget,
  part: string,
  { heldPico, costPico }: { readonly heldPico: bigint; readonly costPico: bigint },
): Update => changePart(budget, part, { leftPico: heldPico - costPico, heldPico: -heldPico });

/**
 * Gives a part the money of several leases. The amount grows with what the budget has left, so the counter of a large
 * budget is written rarely. When little is left, a part gets its sixteenth of that. It makes only one attempt, as
 * `refillDrawer` does.
 * @returns false when that is less than a lease
 */
export async function refillPart(
  { store, timing }: FundsDependencies,
  budget: SharedBudget,
  part: string,
  leasePico: bigint,
): Promise<boolean> {
  const { budgetId, window, limitPico } = budget;
  const counter = budgetCounterKey(budgetId, window);
  const { countedPico } = decodeCounted(await store.get({ table: KEYS, key: counter }));
  const leftPico = limitPico - countedPico;
  const wantedPico = larger(leftPico / REFILL_SHARE, leasePico * REFILL_LEASES_MIN);
  const amountPico = lesser(wantedPico, leftPico / REFILLS_MIN);
  if (amountPico < leasePico || amountPico <= 0n) return false;
  const mostPico = limitPico - amountPico;
  const key = budgetPartKey(budgetId, part, window);
  const old = new PartShort(await store.get({ table: KEYS, key })).part;
  // Money that a part was given under another limit goes back first.
  if (old.limitPico !== limitPico && old.leftPico > 0n) await emptyPart({ store, timing }, budget, part, old.leftPico);
  const change = { add: { leftPico: amountPico, heldPico: 0n }, set: { limitPico } };
  const isOfLimit = any(absent('limitPico'), compare('limitPico', '=', limitPico), compare('leftPico', '<=', 0n));
  const refusals = await commit<'too_little' | 'other_limit'>(
    store,
    [
      {
        write: {
          table: KEYS,
          update: counter,
          change: { add: { countedPico: amountPico, heldPico: 0n }, set: { hasParts: true } },
          when: any(absent('countedPico'), compare('countedPico', '<=', mostPico)),
        },
        otherwise: () => 'too_little',
      },
      { write: { table: KEYS, update: key, change, when: isOfLimit }, otherwise: () => 'other_limit' },
    ],
    newTransactionToken(),
  );
  return !refusals.includes('too_little');
}

/** Moves what the parts of a budget have left back to its counter, because the budget is scarce. Leases keep theirs. */
export async function emptyParts(
  dependencies: Pick<FundsDependencies, 'store' | 'timing'>,
  budget: Pick<SharedBudget, 'budgetId' | 'window'>,
): Promise<void> {
  const { store, timing } = dependencies;
  const parts = await retryOrUnavailable(RESERVE_RETRY, timing, () => readParts(store, budget));
  for (const [part, { leftPico }] of parts) if (leftPico > 0n) await emptyPart(dependencies, budget, part, leftPico);
}

/** Empties the parts of all budgets that a request counts in. */
export async function emptyPartsIn(
  dependencies: Pick<FundsDependencies, 'store' | 'timing'>,
  { shared = [] }: Counting,
): Promise<void> {
  const { store } = dependencies;
  for (const budget of shared.filter(({ of }) => of === 'account')) {
    const key = budgetCounterKey(budget.budgetId, budget.window);
    const { hasParts } = decodeCounted(await store.get({ table: KEYS, key }));
    if (hasParts) await emptyParts(dependencies, budget);
  }
}

/** Empties the parts of a budget that refused something. */
export const emptyPartsOf = (
  dependencies: Pick<FundsDependencies, 'store' | 'timing'>,
  { counterId, window }: { readonly counterId: string; readonly window: string },
): Promise<void> => emptyParts(dependencies, { budgetId: counterId, window });

function emptyPart(
  { store, timing }: Pick<FundsDependencies, 'store' | 'timing'>,
  { budgetId, window }: Pick<SharedBudget, 'budgetId' | 'window'>,
  part: string,
  amountPico: bigint,
): Promise<void> {
  const writes: readonly GuardedWrite<'taken_meanwhile'>[] = [
    {
      write: {
        table: KEYS,
        update: budgetPartKey(budgetId, part, window),
        change: { add: { leftPico: -amountPico } },
        when: compare('leftPico', '>=', amountPico),
      },
      // A lease took it, or another request emptied the part.
      otherwise: () => 'taken_meanwhile',
    },
    {
      write: { table: KEYS, update: budgetCounterKey(budgetId, window), change: { add: { countedPico: -amountPico } } },
    },
  ];
  const token = newTransactionToken();
  return retryOrUnavailable(RESERVE_RETRY, timing, async () => {
    await commit(store, writes, token);
  });
}

/** The parts of a budget that exist, by name. */
export async function readParts(
  store: TableStore,
  { budgetId, window }: Pick<SharedBudget, 'budgetId' | 'window'>,
): Promise<ReadonlyMap<string, BudgetPart>> {
  const read = async (part: string) => {
    const item = await store.get({ table: KEYS, key: budgetPartKey(budgetId, part, window) });
    return [part, item && partSchema.parse(item)] as const;
  };
  const parts = await Promise.all(SHARDS.map(read));
  return new Map(parts.flatMap(([part, found]) => (found ? [[part, found] as const] : [])));
}

function changePart(
  { budgetId, window }: SharedBudget,
  part: string,
  add: { readonly leftPico: bigint; readonly heldPico: bigint },
): Update {
  return { table: KEYS, update: budgetPartKey(budgetId, part, window), change: { add: { ...add } } };
}
