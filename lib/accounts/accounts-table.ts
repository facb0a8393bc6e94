import type { Construct } from 'constructs';
import { ACCOUNTS } from '../../lambdas/contracts/storage/tables';
import { ClassifiedTable, type StoreProps } from '../constructs/classified-table';
import { AccountErasureGrants } from './account-erasure-grants';
import { AccountGrants } from './account-grants';

/** Accounts, members, invitations and operators. */
export class AccountsTable extends ClassifiedTable {
  readonly grants = new AccountGrants(this);
  readonly erasureGrants = new AccountErasureGrants(this);

  constructor(scope: Construct, id: string, props: StoreProps) {
    super(scope, id, { ...props, spec: ACCOUNTS, retention: 'life of the account + 30 days' });
  }
}
