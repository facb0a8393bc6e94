import { z } from 'zod';
import { spendingRulesKey } from '../../../contracts/storage/table-keys/keys';
import { KEYS } from '../../../contracts/storage/tables';
import type { TableStore } from '../../table/table-store';
import type { Item } from '../../table/value';
import { versionSchema } from '../../table/version';

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

export const spendingRulesItemSchema = z.object({
  version: versionSchema,
  /** The key of the hashes of end users. Absent if the account does not want its usage by end user. */
  endUserKey: bytes.optional(),
});

/** An account's spending rules as they are stored. Version 0 means that it never had any. */
export type StoredSpendingRules = Readonly<z.infer<typeof spendingRulesItemSchema>>;

export const NO_SPENDING_RULES: StoredSpendingRules = { version: 0 };

export const decodeSpendingRules = (item: Item): StoredSpendingRules => spendingRulesItemSchema.parse(item);

export function encodeSpendingRules(accountId: string, { version, endUserKey }: StoredSpendingRules): Item {
  return { ...spendingRulesKey(accountId), version: BigInt(version), ...(endUserKey && { endUserKey }) };
}

export async function readSpendingRules(
  store: Pick<TableStore, 'get'>,
  accountId: string,
): Promise<StoredSpendingRules> {
  const item = await store.get({ table: KEYS, key: spendingRulesKey(accountId) });
  return item ? decodeSpendingRules(item) : NO_SPENDING_RULES;
}
