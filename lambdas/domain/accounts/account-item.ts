import type { z } from 'zod';
import type { billingSchema } from '../../contracts/http/accounts';
import { accountSchema, ERASURE_SUSPENSION, storedBillingDetailsSchema } from '../../contracts/http/accounts';
import { accountKey } from '../../contracts/storage/table-keys/accounts';
import { ACCOUNTS } from '../../contracts/storage/tables';
import { AccountNotFound } from '../access/access-errors';
import type { GuardedWrite } from '../table/commit';
import type { Condition } from '../table/condition';
import { absent, all, any, compare, exists } from '../table/condition';
import type { TableStore } from '../table/table-store';
import type { Item } from '../table/value';
import { versionSchema } from '../table/version';
import { AccountBeingErased, AccountSuspended } from './accounts-errors';

export const accountItemSchema = accountSchema.extend({ version: versionSchema });

/** An account, without the details that only some of its members may see. */
export type Account = Readonly<z.infer<typeof accountSchema>>;

export type Billing = Readonly<z.infer<typeof billingSchema>>;

export const decodeAccount = (item: Item): Account => accountItemSchema.parse({ ...item, accountId: item['pk'] });

export function decodeBilling(item: Item): Billing {
  const version = versionSchema.parse(item['version']);
  const stored = item['billing'];
  return stored === undefined ? { version } : { details: storedBillingDetailsSchema.parse(stored), version };
}

/** The account must exist and not be suspended when something new is created in it. */
export const isActive = (accountId: string): GuardedWrite<AccountSuspended | AccountNotFound> => ({
  write: { table: ACCOUNTS, check: accountKey(accountId), when: all(exists(), absent('suspendedAt')) },
  otherwise: (account) => (account ? new AccountSuspended() : new AccountNotFound()),
});

/** The account is not being erased. */
export const isNotErased = any(absent('suspensionReason'), compare('suspensionReason', '<>', ERASURE_SUSPENSION));

export const MEMBERS_MAX = 500;
/** The account must be active and fulfil one more condition, because a transaction can check an item only once. */
export const isActiveAnd = <Refusal>(
  accountId: string,
  also: Condition,
  otherwise: () => Refusal,
): GuardedWrite<AccountSuspended | AccountNotFound | Refusal> => {
  const isOpen = isActive(accountId);
  return {
    write: { table: ACCOUNTS, check: accountKey(accountId), when: all(exists(), absent('suspendedAt'), also) },
    otherwise: (account) =>
      account && account['suspendedAt'] === undefined ? otherwise() : isOpen.otherwise?.(account),
  };
};

/** Accounts that are older than membership have no count. */
export const hasRoom = any(absent('members'), compare('members', '<', MEMBERS_MAX));

/** Nothing is bought for an account that is being erased, not even by one that is suspended. @throws AccountBeingErased */
export async function expectNotErased(store: Pick<TableStore, 'get'>, accountId: string): Promise<void> {
  const item = await store.get({ table: ACCOUNTS, key: accountKey(accountId) });
  if (item?.['suspensionReason'] === ERASURE_SUSPENSION) throw new AccountBeingErased();
}
