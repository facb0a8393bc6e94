import type { z } from 'zod';
import type { billingSchema } from '../../contracts/http/accounts';
import { accountSchema, billingDetailsSchema } from '../../contracts/http/accounts';
import { accountKey } from '../../contracts/storage/table-keys';
import { ACCOUNTS } from '../../contracts/storage/tables';
import { absent, all, any, compare, exists } from '../table/condition';
import type { Check } from '../table/table-store';
import { versionSchema } from '../table/version';
import type { Item } from '../table/value';

const accountItemSchema = accountSchema.extend({ version: versionSchema });

/** A paying tenant, without what only some of its members may see. */
export type Account = Readonly<z.infer<typeof accountSchema>>;

export type Billing = Readonly<z.infer<typeof billingSchema>>;

export const decodeAccount = (item: Item): Account => accountItemSchema.parse({ ...item, accountId: item['pk'] });

export function decodeBilling(item: Item): Billing {
  const version = versionSchema.parse(item['version']);
  const stored = item['billing'];
  return stored === undefined ? { version } : { details: billingDetailsSchema.parse(stored), version };
}

/** Where something new begins in an account, it must be there and in good standing. */
export const isActive = (accountId: string): Check => ({
  table: ACCOUNTS,
  check: accountKey(accountId),
  when: all(exists(), absent('suspendedAt')),
});

export const MEMBERS_MAX = 500;
/** An account of before members has no count. */
export const hasRoom = any(absent('members'), compare('members', '<', MEMBERS_MAX));
