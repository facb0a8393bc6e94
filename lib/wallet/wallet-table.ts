import type { Construct } from 'constructs';
import { WALLET } from '../../lambdas/contracts/storage/tables';
import { ClassifiedTable, type StoreProps } from '../constructs/classified-table';
import { WalletGrants } from './wallet-grants';

/** Balances, holds, leases and the ledger. */
export class WalletTable extends ClassifiedTable {
  readonly grants = new WalletGrants(this);

  constructor(scope: Construct, id: string, props: StoreProps) {
    super(scope, id, { ...props, spec: WALLET, retention: 'indefinite' });
  }
}
