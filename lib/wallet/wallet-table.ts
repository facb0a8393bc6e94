import type { Construct } from 'constructs';
import { BALANCE_SORT_KEY } from '../../lambdas/contracts/storage/table-keys/wallet';
import { WALLET } from '../../lambdas/contracts/storage/tables';
import { ClassifiedTable, type StoreProps } from '../constructs/classified-table';
import { WalletGrants } from './wallet-grants';

/** Balances, holds, leases and the ledger. */
export class WalletTable extends ClassifiedTable {
  readonly grants = new WalletGrants(this);

  constructor(scope: Construct, id: string, props: StoreProps) {
    super(scope, id, { ...props, spec: WALLET, retention: 'indefinite', streamOutput: 'WalletStream' });
  }
}

/** The changes of the table that balances make, of the main ones and of drawers. */
export const BALANCES = {
  eventName: ['INSERT', 'MODIFY'],
  dynamodb: { Keys: { sk: { S: [BALANCE_SORT_KEY] } } },
};
