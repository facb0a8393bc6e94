import { z } from 'zod';
import { openValue } from '../../../contracts/storage/open-values';
import type { Item } from '../../table/value';

const whole = z.coerce.number().pipe(z.int());

/** The owners of budgets that keys share. */
export const BUDGET_OWNERS = ['member', 'label', 'account'] as const;

export const sharedBudgetSchema = z.object({
  budgetId: z.string(),
  of: openValue(BUDGET_OWNERS),
  window: z.string(),
  limitPico: z.bigint(),
});

/** A budget that the keys of a member, of a label or of the whole account share. Its ID identifies its counters. */
export type SharedBudget = Readonly<z.infer<typeof sharedBudgetSchema>>;

export const countingSchema = z.object({
  /** Identifies the counters. A rotated key keeps the counters of the key that it replaces. */
  counterId: z.string(),
  budget: z.object({ window: z.string(), limitPico: z.bigint() }).optional(),
  /** The minute that begins at `start` (epoch milliseconds) and the most tokens the request can use, in and out. */
  minute: z
    .object({ start: whole, tokens: whole, requestsMax: whole.optional(), tokensMax: whole.optional() })
    .optional(),
  runningMax: whole.optional(),
  /** The budgets that the request shares with other keys. */
  shared: z.array(sharedBudgetSchema).optional(),
});

/** A budget that a request counts in. */
export interface CountedBudget {
  /** Identifies its counters. */
  readonly counterId: string;
  readonly of: BudgetOwner;
  readonly window: string;
  readonly limitPico: bigint;
}

/** `key`, or one of BUDGET_OWNERS. A later release may know others. */
export type BudgetOwner = SharedBudget['of'];

/** All budgets that a request counts in: its key's own, and those that it shares with other keys. */
export const budgetsOf = ({ counterId, budget, shared = [] }: Counting): readonly CountedBudget[] => [
  ...(budget ? [{ counterId, of: 'key' as const, ...budget }] : []),
  ...shared.map(({ budgetId, ...rest }) => ({ counterId: budgetId, ...rest })),
];

/**
 * The counted limits of a request's key, and how much the request adds to each counter. The transaction that takes the
 * hold adds to the counters and the transaction that ends it subtracts what was not used, so the counters are as
 * accurate as the balance.
 */
export type Counting = Readonly<z.infer<typeof countingSchema>>;

export function encodeCounting({ counterId, budget, minute, runningMax, shared }: Counting): Item {
  return {
    counterId,
    ...(budget && { budget: { ...budget } }),
    ...(minute && { minute: present(minute) }),
    ...(runningMax !== undefined && { runningMax }),
    ...(shared && {
      shared: shared.map(({ budgetId, of, window, limitPico }) => ({ budgetId, of, window, limitPico })),
    }),
  };
}

/** Drops undefined counts, because a store cannot hold undefined. */
function present(counts: { readonly [name: string]: number | undefined }): { readonly [name: string]: number } {
  return Object.fromEntries(
    Object.entries(counts).flatMap(([name, count]) => (count === undefined ? [] : [[name, count]])),
  );
}

/**
 * The budget of the account, if nothing else counts the request: leases can then serve it, because all requests of the
 * account count in it.
 */
export function accountBudgetOf(counting: Counting | undefined): SharedBudget | undefined {
  const { budget, minute, runningMax, shared: [shared, ...others] = [] } = counting ?? {};
  const isAlone = budget === undefined && minute === undefined && runningMax === undefined && others.length === 0;
  return isAlone && shared?.of === 'account' ? shared : undefined;
}
