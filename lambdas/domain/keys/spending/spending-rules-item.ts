import { z } from 'zod';
import { type StoredBudgets, storedBudgetsSchema } from '../../../contracts/http/spending-rules';
import { spendingRulesKey } from '../../../contracts/storage/table-keys/keys';
import { KEYS } from '../../../contracts/storage/tables';
import type { TableStore } from '../../table/table-store';
import type { Item } from '../../table/value';
import { versionSchema } from '../../table/version';

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** Budgets are stored as JSON, so that reading gives exactly what was written. */
const decodeBudgets = (text: string): StoredBudgets | 'unknown' =>
  storedBudgetsSchema.safeParse(JSON.parse(text)).data ?? 'unknown';

export const spendingRulesItemSchema = z.object({
  version: versionSchema,
  /** The key of the hashes of end users. Absent if the account does not want its usage by end user. */
  endUserKey: bytes.optional(),
  /** The budgets that keys share; `unknown` if a later release has set some that this one cannot enforce. */
  budgets: z.string().default('[]').transform(decodeBudgets),
  /** The IDs of budgets that were removed. Their counters stay, and are found through them when the account is erased. */
  retired: z.array(z.string()).readonly().default([]),
});

/** An account's spending rules as they are stored. Version 0 means that it never had any. */
export type StoredSpendingRules = Readonly<z.infer<typeof spendingRulesItemSchema>>;

export const NO_SPENDING_RULES = { version: 0, budgets: [], retired: [] } as const satisfies StoredSpendingRules;

export const decodeSpendingRules = (item: Item): StoredSpendingRules => spendingRulesItemSchema.parse(item);

export function encodeSpendingRules(
  accountId: string,
  { version, endUserKey, budgets, retired }: Omit<StoredSpendingRules, 'budgets'> & { readonly budgets: StoredBudgets },
): Item {
  return {
    ...spendingRulesKey(accountId),
    version: BigInt(version),
    budgets: JSON.stringify(budgets),
    ...(retired.length > 0 && { retired: [...retired] }),
    ...(endUserKey && { endUserKey }),
  };
}

export async function readSpendingRules(
  store: Pick<TableStore, 'get'>,
  accountId: string,
): Promise<StoredSpendingRules> {
  const item = await store.get({ table: KEYS, key: spendingRulesKey(accountId) });
  return item ? decodeSpendingRules(item) : NO_SPENDING_RULES;
}
